import {
  choice,
  digits,
  flag,
  integer,
  list,
  note,
  number,
  optional,
  place,
  quantity,
  refers,
  text,
  time,
  unitCode,
} from '../fields.ts';
import { defineKind, NOTED, noted, transitions } from '../kind.ts';
import { leaseSerials, SERIAL_KEYS, serialFault } from '../serials.ts';

/** Certificate values of a lot: what was measured before it was let go. */
const certificate = optional(
  list(
    'Certificate',
    '质保值',
    { name: text('Name', '名称', 100), value: number('Value', '数值'), unit: unitCode() },
    { unique: 'name' },
  ),
);
const parents = optional(
  list(
    'Made of',
    '来源批次',
    {
      lot: refers('lot', 'Lot', '批次'),
      quantity: number('Quantity', '数量', { above: 0 }),
      rework: optional(flag('Rework', '返工')),
    },
    { unique: 'lot' },
  ),
);
const held = transitions('work', {
  create: { from: [''], to: 'free', sets: 'all' },
  change: { from: ['free', 'hold'], sets: 'all' },
  hold: { title: { en: 'Put on hold', zh: '冻结待定' }, from: ['free'], to: 'hold', sets: ['note'] },
  free: {
    title: { en: 'Release from hold', zh: '放行' },
    from: ['hold', 'blocked'],
    to: 'free',
    sets: ['note'],
    right: 'approve',
    sign: { en: 'Released after review', zh: '经评审放行' },
  },
  block: { title: { en: 'Block', zh: '锁定' }, from: ['free', 'hold'], to: 'blocked', sets: ['note'] },
  scrap: { title: { en: 'Scrap', zh: '报废' }, from: ['free', 'hold', 'blocked'], to: 'scrapped', sets: ['note'] },
  consume: { title: { en: 'Use up', zh: '耗用完' }, from: ['free'], to: 'consumed' },
});

const lot = defineKind({
  named: ['lot', 'lots', '批次'],
  group: 'material',
  fields: {
    item: refers('item', 'Item', '物料'),
    quantity: quantity(),
    unit: unitCode(),
    order: optional(refers('order', 'Order', '订单')),
    parents,
    supplier: optional(text('Supplier', '供应商')),
    made: optional(time('Made at', '生产时间')),
    expires: optional(time('Expires', '有效期至')),
    certificate,
    note: note(),
  },
  acyclic: 'parents.lot',
  transitions: held,
  ended: ['scrapped'],
});

const unit = defineKind({
  named: ['unit', 'units', '单件'],
  group: 'material',
  fields: {
    item: refers('item', 'Item', '物料'),
    serial: text('Serial number', '序列号', 100),
    lot: optional(refers('lot', 'Lot', '批次')),
    order: optional(refers('order', 'Order', '订单')),
    parents,
    parts: optional(list('Built in', '装入单件', { unit: refers('unit', 'Unit', '单件') }, { unique: 'unit' })),
    made: optional(time('Made at', '生产时间')),
    certificate,
    note: note(),
  },
  acyclic: 'parts.unit',
  transitions: held,
  ended: ['scrapped'],
});

/** A range of serial numbers under a GS1 key; ranges of it are leased, each number to one taker. */
const serial = defineKind({
  named: ['pool of serial numbers', 'pools of serial numbers', '序列号池'],
  group: 'material',
  fields: {
    key: choice('Identification key', '标识类型', SERIAL_KEYS),
    prefix: digits('Fixed part', '固定部分', (value) => /^\d{7,14}$/.test(value), [
      'Write 7 to 14 digits.',
      '请填写 7 至 14 位数字。',
    ]),
    next: integer('Next number', '下一个序号', { least: 0 }),
    last: integer('Last number', '最大序号', { least: 0 }),
    leased: optional(list('Newest range', '最近领用', { from: integer('From', '起'), to: integer('To', '止') }, { most: 1 })),
    note: note(),
  },
  transitions: transitions('manage', {
    create: { from: [''], to: 'open', sets: ['key', 'prefix', 'next', 'last', 'note'] },
    lease: {
      title: { en: 'Lease numbers', zh: '领用序号' },
      from: ['open'],
      sets: ['count'],
      right: 'work',
      apply: leaseSerials,
      answer: ['key', 'prefix', 'leased'],
    },
    close: { from: ['open'], to: 'closed' },
  }),
  ended: ['closed'],
  check: serialFault,
});

const stock = defineKind({
  named: ['stock', 'stock', '库存'],
  group: 'material',
  fields: {
    location: place('Location', '库位'),
    item: refers('item', 'Item', '物料'),
    lot: optional(refers('lot', 'Lot', '批次')),
    quantity: quantity(),
    unit: unitCode(),
    counted: optional(time('Counted at', '盘点时间')),
    note: note(),
  },
  transitions: noted(),
  ...NOTED,
});

const move = defineKind({
  named: ['movement of stock', 'movements of stock', '库存移动'],
  group: 'material',
  fields: {
    item: refers('item', 'Item', '物料'),
    lot: optional(refers('lot', 'Lot', '批次')),
    quantity: number('Quantity', '数量', { above: 0 }),
    unit: unitCode(),
    from: optional(place('From', '移出库位')),
    to: optional(place('To', '移入库位')),
    order: optional(refers('order', 'Order', '订单')),
    at: time('At', '时间'),
    note: note(),
  },
  transitions: noted(),
  ...NOTED,
  check(data, report) {
    if (data.from === undefined && data.to === undefined)
      report(['from'], 'Say where it comes from, where it goes, or both.', '请填写移出库位、移入库位或两者。');
  },
});

export const MATERIAL_KINDS = { lot, unit, serial, stock, move } as const;
