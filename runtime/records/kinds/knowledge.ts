import {
  choice,
  clock,
  currency,
  date,
  decimal,
  hash,
  integer,
  list,
  note,
  number,
  optional,
  refers,
  text,
  time,
  unitCode,
  words,
} from '../fields.ts';
import { CONTROLLED, checks, controlled, defineKind, inOrder, rowsOf, transitions, validity } from '../kind.ts';

const source = text('Source document', '依据文件', 500);
const region = optional(text('Region', '地区', 100));

/** Prices of energy by time of day, as the supplier printed them. */
const tariff = defineKind({
  named: ['tariff', 'tariffs', '电价'],
  group: 'energy',
  fields: {
    name: words('Name', '名称'),
    energy: choice('Energy', '能源', {
      electricity: { en: 'Electricity', zh: '电力' },
      gas: { en: 'Gas', zh: '天然气' },
      water: { en: 'Water', zh: '水' },
      heat: { en: 'Heat', zh: '热力' },
      steam: { en: 'Steam', zh: '蒸汽' },
    }),
    unit: unitCode('Per', '计价单位'),
    currency: currency(),
    periods: list(
      'Periods',
      '时段',
      {
        name: text('Name', '名称', 60),
        from: clock('From', '起'),
        to: clock('To', '止'),
        price: decimal('Price', '单价'),
      },
      { least: 1, most: 48 },
    ),
    demand: optional(decimal('Price of demand, per kW and month', '需量电价（每千瓦·月）')),
    source,
    region,
    ...validity,
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

const factor = defineKind({
  named: ['emission factor', 'emission factors', '排放因子'],
  group: 'energy',
  fields: {
    name: words('Name', '名称'),
    value: number('Value', '数值', { least: 0 }),
    unit: unitCode('Unit, such as kg/(kW.h)', '单位，例如 kg/(kW.h)'),
    gas: choice('Gas', '气体', {
      CO2: { en: 'CO₂', zh: 'CO₂' },
      CO2e: { en: 'CO₂ equivalent', zh: 'CO₂ 当量' },
      CH4: { en: 'CH₄', zh: 'CH₄' },
      N2O: { en: 'N₂O', zh: 'N₂O' },
    }),
    scope: optional(integer('Scope', '范围', { least: 1, most: 3 })),
    uncertainty: optional(number('Uncertainty', '不确定度', { unit: '%', least: 0, most: 100 })),
    source,
    region,
    ...validity,
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

const parties = list('Parties', '当事方', { name: text('Name', '名称', 200) }, { least: 2, most: 20, unique: 'name' });
const shared = {
  purpose: text('Purpose', '用途', 500),
  fields: list('Fields', '字段', { name: text('Name', '名称', 100) }, { least: 1, most: 200, unique: 'name' }),
  rows: optional(text('Rows', '数据行条件', 500)),
  aggregation: optional(text('Aggregation', '汇总方式', 200)),
  expires: optional(time('Expires', '到期时间')),
};
const given = (named: readonly [string, string, string], fields: Parameters<typeof defineKind>[0]['fields']) =>
  defineKind({
    named,
    group: 'agreement',
    fields: { ...fields, ...shared, document: optional(refers('document', 'Document', '文档')), note: note() },
    transitions: transitions('manage', {
      create: { from: [''], to: 'draft', sets: 'all' },
      change: { from: ['draft'], sets: 'all' },
      grant: {
        title: { en: 'Put into force', zh: '生效' },
        from: ['draft'],
        to: 'active',
        right: 'approve',
        sign: { en: 'Agreed for the company', zh: '代表公司确认' },
      },
      revoke: { title: { en: 'Revoke', zh: '撤回' }, from: ['active'], to: 'revoked', sets: ['note'], right: 'approve' },
    }),
    ended: ['revoked'],
    force: 'active',
  });

/** A trained model: what it is (hash), how good (metrics), whether it may be used. */
const model = defineKind({
  named: ['model', 'models', '模型'],
  group: 'knowledge',
  fields: {
    name: words('Name', '名称'),
    task: text('Task', '任务', 100),
    version: text('Version', '版本', 40),
    hash: hash('SHA-256 of the file', '模型文件 SHA-256'),
    format: choice('Format', '格式', { onnx: { en: 'ONNX', zh: 'ONNX' }, other: { en: 'Other', zh: '其他' } }),
    metrics: optional(
      list('Metrics', '指标', { name: text('Name', '名称', 60), value: number('Value', '数值') }, { unique: 'name' }),
    ),
    inputs: optional(list('Inputs', '输入', { name: text('Name', '名称', 100), unit: optional(unitCode()) }, { unique: 'name' })),
    trained: optional(time('Trained', '训练时间')),
    data: optional(text('Trained on', '训练数据', 500)),
    replaces: optional(refers('model', 'Takes the place of', '替代模型')),
    note: note(),
  },
  acyclic: 'replaces',
  transitions: transitions('manage', {
    create: { title: { en: 'Register', zh: '登记' }, from: [''], to: 'candidate', sets: 'all', right: 'manage' },
    score: { title: { en: 'Add metrics', zh: '补充指标' }, from: ['candidate'], sets: ['metrics', 'note'] },
    approve: {
      title: { en: 'Approve', zh: '批准' },
      from: ['candidate'],
      to: 'approved',
      right: 'approve',
      sign: { en: 'Approved for use', zh: '批准使用' },
    },
    reject: { title: { en: 'Reject', zh: '否决' }, from: ['candidate'], to: 'retired', right: 'approve', sets: ['note'] },
    retire: { title: { en: 'Retire', zh: '退役' }, from: ['approved'], to: 'retired', right: 'approve', sets: ['note'] },
  }),
  ended: ['retired'],
  force: 'approved',
});

/** A file with what it is: kept by its content, so that the hash is the file. */
const document = defineKind({
  named: ['document', 'documents', '文档'],
  group: 'knowledge',
  fields: {
    name: text('Name', '名称', 300),
    media: text('Media type', '媒体类型', 150),
    hash: hash(),
    size: integer('Bytes', '字节数', { least: 0 }),
    language: optional(choice('Language', '语言', { en: { en: 'English', zh: '英文' }, zh: { en: 'Chinese', zh: '中文' } })),
    day: optional(date('Day', '日期')),
    links: optional(list('Links', '关联', { kind: text('Kind', '类型', 40), code: text('Number', '编号', 120) }, { most: 200 })),
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: checks((data, report) => {
    const seen = new Set<string>();
    for (const [i, link] of rowsOf(data, 'links').entries()) {
      const name = `${link.kind} ${link.code}`;
      if (seen.has(name)) report(['links', i, 'code'], 'This link stands twice.', '该关联重复。');
      seen.add(name);
    }
  }),
});

export const KNOWLEDGE_KINDS = {
  tariff,
  factor,
  agreement: given(['agreement', 'agreements', '协议'], { parties }),
  consent: given(['consent', 'consents', '授权同意'], {
    giver: text('Given by', '授权方', 200),
    taker: text('Given to', '被授权方', 200),
  }),
  policy: given(['policy', 'policies', '策略'], { agreement: optional(refers('agreement', 'Agreement', '协议')) }),
  model,
  document,
} as const;
