import {
  choice,
  currency,
  decimal,
  integer,
  list,
  note,
  number,
  optional,
  place,
  pseudonym,
  quantity,
  refers,
  text,
  time,
  unitCode,
  words,
} from '../fields.ts';
import { checks, defineKind, inOrder, rowsOf, transitions } from '../kind.ts';

/** Sales, purchase, production, transport, work, service. */
const order = defineKind({
  named: ['order', 'orders', '订单'],
  group: 'work',
  fields: {
    type: choice('Type', '类型', {
      sales: { en: 'Sales', zh: '销售' },
      purchase: { en: 'Purchase', zh: '采购' },
      production: { en: 'Production', zh: '生产' },
      transport: { en: 'Transport', zh: '运输' },
      work: { en: 'Work', zh: '作业' },
      service: { en: 'Service', zh: '服务' },
    }),
    partner: optional(text('Partner', '合作方')),
    /** Organizations between which it runs; one's own where absent. */
    owner: optional(text('Owner', '委托方')),
    executor: optional(text('Carried out by', '执行方')),
    parent: optional(refers('order', 'Part of order', '上级订单')),
    due: optional(time('Due', '交期')),
    promised: optional(time('Promised', '承诺交期')),
    lines: list(
      'Lines',
      '明细',
      {
        item: text('Item', '物料', 100),
        quantity: number('Quantity', '数量', { above: 0 }),
        unit: unitCode(),
        price: optional(decimal('Price', '单价')),
        currency: optional(currency()),
        due: optional(time('Due', '交期')),
      },
      { least: 1 },
    ),
    note: note(),
  },
  acyclic: 'parent',
  transitions: transitions('work', {
    create: { from: [''], to: 'draft', sets: 'all' },
    change: { from: ['draft'], sets: 'all' },
    release: { title: { en: 'Release', zh: '下达' }, from: ['draft'], to: 'released' },
    promise: { title: { en: 'Promise a date', zh: '承诺交期' }, from: ['draft', 'released', 'running'], sets: ['promised'] },
    start: { from: ['released'], to: 'running' },
    complete: { from: ['running'], to: 'completed' },
    cancel: { from: ['draft', 'released'], to: 'cancelled' },
  }),
  ended: ['cancelled', 'completed'],
  check(data, report) {
    for (const [i, line] of rowsOf(data, 'lines').entries())
      if ((line.price === undefined) !== (line.currency === undefined))
        report(['lines', i, 'currency'], 'A price needs its currency.', '填写单价时须填写币种。');
  },
});

/** Something to be done by somebody on an asset. */
const workorder = defineKind({
  named: ['work order', 'work orders', '工单'],
  group: 'work',
  fields: {
    title: words('What is to be done', '工单内容'),
    asset: optional(place('Asset', '设备')),
    priority: integer('Priority', '优先级', { least: 1, most: 4 }),
    assignee: optional(pseudonym('Assigned to', '指派给')),
    order: optional(refers('order', 'Order', '订单')),
    failure: optional(refers('failure', 'Failure', '故障')),
    value: optional(number('Value', '数值')),
    due: optional(time('Due', '期限')),
    done: optional(text('What was done', '处理结果', 2000)),
    note: note(),
  },
  transitions: transitions('work', {
    create: { from: [''], to: 'open', sets: 'all' },
    change: { from: ['open', 'assigned'], sets: 'all' },
    assign: { title: { en: 'Assign', zh: '派工' }, from: ['open', 'assigned'], to: 'assigned', sets: ['assignee', 'due'] },
    start: { from: ['open', 'assigned'], to: 'running' },
    complete: { from: ['running'], to: 'completed', sets: ['done', 'note'] },
    cancel: { from: ['open', 'assigned'], to: 'cancelled', sets: ['note'] },
  }),
  ended: ['cancelled', 'completed'],
});

/** One operation of an order on a work unit. */
const job = defineKind({
  named: ['job', 'jobs', '作业'],
  group: 'work',
  fields: {
    order: refers('order', 'Order', '订单'),
    routing: optional(refers('routing', 'Routing', '工艺路线')),
    step: integer('Operation number', '工序号', { least: 1, most: 9999 }),
    operation: text('Operation', '工序', 100),
    workUnit: place(),
    lot: optional(refers('lot', 'Lot', '批次')),
    recipe: optional(refers('recipe', 'Recipe', '配方')),
    quantity: quantity('Planned quantity', '计划数量'),
    unit: unitCode(),
    plannedStart: optional(time('Planned start', '计划开始')),
    plannedEnd: optional(time('Planned end', '计划结束')),
    actualStart: optional(time('Actual start', '实际开始')),
    actualEnd: optional(time('Actual end', '实际结束')),
    good: optional(quantity('Good', '合格数量')),
    scrap: optional(quantity('Scrap', '报废数量')),
    operator: optional(pseudonym('Operator', '操作员')),
    note: note(),
  },
  transitions: transitions('work', {
    create: { from: [''], to: 'planned', sets: 'all' },
    change: { from: ['planned'], sets: 'all' },
    start: { from: ['planned', 'paused'], to: 'running', sets: ['actualStart', 'operator', 'workUnit'] },
    count: { title: { en: 'Count', zh: '报工' }, from: ['running'], sets: ['good', 'scrap', 'operator', 'note'] },
    pause: { title: { en: 'Pause', zh: '暂停' }, from: ['running'], to: 'paused', sets: ['note'] },
    complete: { from: ['running'], to: 'completed', sets: ['actualEnd', 'good', 'scrap', 'operator', 'note'] },
    cancel: { from: ['planned', 'paused'], to: 'cancelled', sets: ['note'] },
  }),
  ended: ['cancelled'],
  check: checks(inOrder('plannedStart', 'plannedEnd'), inOrder('actualStart', 'actualEnd')),
});

export const WORK_KINDS = { order, workorder, job } as const;
