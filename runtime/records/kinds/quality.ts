import { choice, flag, list, note, number, optional, place, quantity, refers, text, time, unitCode, words } from '../fields.ts';
import { CONTROLLED, controlled, defineKind, inOrder, NOTED, noted, transitions } from '../kind.ts';

const about = {
  item: optional(refers('item', 'Item', '物料')),
  lot: optional(refers('lot', 'Lot', '批次')),
  unit: optional(refers('unit', 'Unit', '单件')),
};
const picture = optional(refers('document', 'Picture', '图片'));

const measurement = defineKind({
  named: ['measurement', 'measurements', '测量记录'],
  group: 'quality',
  fields: {
    characteristic: text('Characteristic', '特性', 100),
    value: number('Value', '数值'),
    unitCode: unitCode(),
    low: optional(number('Lower specification limit', '规格下限')),
    high: optional(number('Upper specification limit', '规格上限')),
    at: time('At', '时间'),
    workUnit: optional(place()),
    ...about,
    picture,
    note: note(),
  },
  transitions: noted(),
  ...NOTED,
  check(data, report) {
    const [low, high] = [data.low as number | undefined, data.high as number | undefined];
    if (low !== undefined && high !== undefined && low > high)
      report(['low'], 'The lower limit is above the upper one.', '规格下限大于规格上限。');
  },
});

const inspection = defineKind({
  named: ['inspection', 'inspections', '检验记录'],
  group: 'quality',
  fields: {
    ...about,
    order: optional(refers('order', 'Order', '订单')),
    inspected: quantity('Inspected', '检验数'),
    failed: quantity('Not conforming', '不合格数'),
    results: optional(
      list(
        'Characteristics',
        '检验项目',
        {
          characteristic: text('Characteristic', '特性', 100),
          value: optional(number('Value', '数值')),
          unit: optional(unitCode()),
          conforms: flag('Conforms', '合格'),
        },
        { unique: 'characteristic' },
      ),
    ),
    at: optional(time('At', '时间')),
    picture,
    note: note(),
  },
  transitions: transitions('work', {
    create: { from: [''], to: 'open', sets: 'all' },
    change: { from: ['open'], sets: 'all' },
    accept: {
      title: { en: 'Accept', zh: '判定合格' },
      from: ['open'],
      to: 'accepted',
      sets: ['note'],
      sign: { en: 'Inspected and accepted', zh: '检验合格' },
    },
    reject: {
      title: { en: 'Reject', zh: '判定不合格' },
      from: ['open'],
      to: 'rejected',
      sets: ['note'],
      sign: { en: 'Inspected and rejected', zh: '检验不合格' },
    },
  }),
  check(data, report) {
    if ((data.failed as number) > (data.inspected as number))
      report(['failed'], 'More failed than were inspected.', '不合格数大于检验数。');
  },
});

const deviation = defineKind({
  named: ['deviation', 'deviations', '偏差'],
  group: 'quality',
  fields: {
    title: words('What deviates', '偏差内容'),
    ...about,
    workUnit: optional(place()),
    reason: optional(refers('reason', 'Reason', '原因代码')),
    cause: optional(text('Cause', '根本原因', 2000)),
    action: optional(text('Action', '纠正措施', 2000)),
    at: optional(time('At', '时间')),
    picture,
    note: note(),
  },
  transitions: transitions('work', {
    create: { from: [''], to: 'open', sets: 'all' },
    change: { from: ['open'], sets: 'all' },
    analyse: {
      title: { en: 'Say cause and action', zh: '分析' },
      from: ['open'],
      to: 'analysed',
      sets: ['cause', 'action', 'reason'],
    },
    close: {
      from: ['analysed'],
      to: 'closed',
      sets: ['note'],
      right: 'approve',
      sign: { en: 'Cause and action reviewed', zh: '原因与措施已评审' },
    },
    reopen: { from: ['closed', 'analysed'], to: 'open', sets: ['note'] },
  }),
});

/** What failed, when, after how long; `censored`: it was taken out before it failed. */
const failure = defineKind({
  named: ['failure', 'failures', '故障记录'],
  group: 'quality',
  fields: {
    asset: place('Asset', '设备'),
    component: optional(text('Component', '部件', 100)),
    from: time('From', '开始时间'),
    to: optional(time('Until', '恢复时间')),
    age: optional(number('Running time', '运行时间', { unit: 'h', least: 0 })),
    censored: flag('Taken out before it failed', '删失（未失效即更换）'),
    reason: optional(refers('reason', 'Reason', '原因代码')),
    cause: optional(text('Cause', '原因', 2000)),
    note: note(),
  },
  transitions: noted(),
  ...NOTED,
  check: inOrder('from', 'to'),
});

/** Why machines stood and parts were scrapped; those below another are its details. */
const reason = defineKind({
  named: ['reason code', 'reason codes', '原因代码'],
  group: 'quality',
  fields: {
    name: words('Name', '名称'),
    type: choice('Of', '适用于', {
      downtime: { en: 'Downtime', zh: '停机' },
      scrap: { en: 'Scrap', zh: '报废' },
      rework: { en: 'Rework', zh: '返工' },
      hold: { en: 'Hold', zh: '冻结' },
      deviation: { en: 'Deviation', zh: '偏差' },
      failure: { en: 'Failure', zh: '故障' },
    }),
    parent: optional(refers('reason', 'Below', '上级')),
    planned: optional(flag('Planned', '计划内')),
    note: note(),
  },
  acyclic: 'parent',
  transitions: controlled(),
  ...CONTROLLED,
});

export const QUALITY_KINDS = { measurement, inspection, deviation, failure, reason } as const;
