import {
  choice,
  date,
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
  unitCode,
  words,
} from '../fields.ts';
import { CONTROLLED, checks, controlled, defineKind, inOrder, rowsOf, validity } from '../kind.ts';
import { hasCheckDigit } from '../serials.ts';

const revision = text('Revision', '版本号', 20);
const FOR_PRODUCTION = { en: 'Released for production', zh: '批准用于生产' };

const item = defineKind({
  named: ['item', 'items', '物料'],
  group: 'product',
  fields: {
    name: words('Name', '名称'),
    revision,
    unit: unitCode('Unit of measure', '计量单位'),
    type: optional(
      choice('Type', '类型', {
        raw: { en: 'Raw material', zh: '原材料' },
        component: { en: 'Component', zh: '零部件' },
        product: { en: 'Product', zh: '成品' },
        tool: { en: 'Tool', zh: '工装刀具' },
        service: { en: 'Service', zh: '服务' },
      }),
    ),
    gtin: optional(
      digits('GTIN', 'GTIN', (gtin) => [8, 12, 13, 14].includes(gtin.length) && hasCheckDigit(gtin), [
        'Write a GTIN of 8, 12, 13 or 14 digits with its check digit.',
        '请填写 8、12、13 或 14 位、校验位正确的 GTIN。',
      ]),
    ),
    lead: optional(number('Lead time', '提前期', { unit: 'd', least: 0 })),
    alternates: optional(list('Alternates', '替代料', { item: refers('item', 'Item', '物料') }, { unique: 'item' })),
    ...validity,
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

const bom = defineKind({
  named: ['bill of material', 'bills of material', '物料清单'],
  group: 'product',
  fields: {
    item: refers('item', 'Product', '产品'),
    revision,
    quantity: quantity('Of how many', '基准数量'),
    lines: list(
      'Components',
      '组成',
      {
        item: refers('item', 'Item', '物料'),
        quantity: number('Quantity', '用量', { above: 0 }),
        unit: unitCode(),
        scrap: optional(number('Scrap allowed for', '损耗率', { unit: '%', least: 0, most: 99 })),
        position: optional(text('Position', '位号', 40)),
      },
      { least: 1 },
    ),
    ...validity,
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: checks(inOrder('validFrom', 'validTo'), (data, report) => {
    for (const [i, line] of rowsOf(data, 'lines').entries())
      if (line.item === data.item)
        report(['lines', i, 'item'], 'A product is no part of itself.', '产品不能是其自身的组成部分。');
  }),
});

const operations = list(
  'Operations',
  '工序',
  {
    step: integer('Number', '工序号', { least: 1, most: 9999 }),
    name: words('Name', '名称'),
    workUnit: place(),
    setup: optional(number('Set-up time', '准备时间', { unit: 'min', least: 0 })),
    cycle: number('Time a piece', '单件工时', { unit: 's', least: 0 }),
    alternates: optional(list('Other work units', '可替代作业单元', { workUnit: place() }, { unique: 'workUnit', most: 20 })),
  },
  { least: 1, most: 200, unique: 'step' },
);

const routing = defineKind({
  named: ['routing', 'routings', '工艺路线'],
  group: 'product',
  fields: { item: refers('item', 'Product', '产品'), revision, operations, ...validity, note: note() },
  transitions: controlled(),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

const processPlan = defineKind({
  named: ['process plan', 'process plans', '工艺规程'],
  group: 'product',
  fields: {
    item: refers('item', 'Product', '产品'),
    revision,
    routing: optional(refers('routing', 'Routing', '工艺路线')),
    steps: list(
      'Instructions',
      '作业指导',
      {
        step: integer('Number', '序号', { least: 1, most: 9999 }),
        text: words('Instruction', '作业内容'),
        document: optional(refers('document', 'Document', '文档')),
        check: optional(text('To be checked', '检查项', 500)),
      },
      { least: 1, most: 500, unique: 'step' },
    ),
    ...validity,
    note: note(),
  },
  transitions: controlled(FOR_PRODUCTION),
  ...CONTROLLED,
  check: inOrder('validFrom', 'validTo'),
});

/** ISA-88: a procedure of unit procedures, operations and phases, and what it is set with. */
const recipe = defineKind({
  named: ['recipe', 'recipes', '配方'],
  group: 'product',
  fields: {
    item: optional(refers('item', 'Product', '产品')),
    revision,
    name: words('Name', '名称'),
    procedure: list(
      'Procedure',
      '程序',
      {
        step: integer('Number', '序号', { least: 1, most: 9999 }),
        unit: place('Unit', '单元'),
        operation: text('Operation', '操作', 100),
        phase: text('Phase', '阶段', 100),
      },
      { least: 1, most: 500, unique: 'step' },
    ),
    parameters: list(
      'Parameters',
      '参数',
      {
        name: text('Name', '名称', 100),
        phase: optional(text('Phase', '阶段', 100)),
        value: number('Value', '数值'),
        unit: unitCode(),
        low: optional(number('Lowest', '下限')),
        high: optional(number('Highest', '上限')),
      },
      { most: 500 },
    ),
    ...validity,
    note: note(),
  },
  transitions: controlled(FOR_PRODUCTION),
  ...CONTROLLED,
  check: checks(inOrder('validFrom', 'validTo'), (data, report) => {
    for (const [i, one] of rowsOf(data, 'parameters').entries()) {
      const [value, low, high] = [one.value as number, one.low as number | undefined, one.high as number | undefined];
      if (low !== undefined && high !== undefined && low > high)
        report(['parameters', i, 'low'], 'The lowest value is above the highest.', '下限大于上限。');
      else if ((low !== undefined && value < low) || (high !== undefined && value > high))
        report(['parameters', i, 'value'], `${value} is outside its own limits.`, `${value} 超出其上下限。`);
    }
  }),
});

const featureModel = defineKind({
  named: ['feature model', 'feature models', '特征模型'],
  group: 'product',
  fields: {
    item: refers('item', 'Product', '产品'),
    revision,
    features: list(
      'Features',
      '特征',
      {
        code: text('Feature', '特征', 60),
        name: words('Name', '名称'),
        parent: optional(text('Below', '上级特征', 60)),
        needed: flag('Always there', '必选'),
      },
      { least: 1, most: 500, unique: 'code' },
    ),
    rules: optional(
      list('Rules', '规则', {
        chosen: text('If chosen', '若选', 60),
        rule: choice('Then it', '则', { requires: { en: 'needs', zh: '必须选' }, excludes: { en: 'excludes', zh: '不能选' } }),
        feature: text('Feature', '特征', 60),
      }),
    ),
    parts: optional(
      list('Parts by feature', '特征对应物料', {
        feature: text('Feature', '特征', 60),
        item: refers('item', 'Item', '物料'),
        quantity: number('Quantity', '用量', { above: 0 }),
      }),
    ),
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check(data, report) {
    const known = new Set(rowsOf(data, 'features').map((f) => f.code));
    const unknown = (path: (string | number)[], code: unknown) => {
      if (code !== undefined && !known.has(code)) report(path, `There is no feature “${code}”.`, `不存在特征“${code}”。`);
    };
    for (const [i, f] of rowsOf(data, 'features').entries()) unknown(['features', i, 'parent'], f.parent);
    for (const [i, r] of rowsOf(data, 'rules').entries()) {
      unknown(['rules', i, 'chosen'], r.chosen);
      unknown(['rules', i, 'feature'], r.feature);
    }
    for (const [i, part] of rowsOf(data, 'parts').entries()) unknown(['parts', i, 'feature'], part.feature);
  },
});

const configuration = defineKind({
  named: ['configuration', 'configurations', '配置'],
  group: 'product',
  fields: {
    model: refers('feature-model', 'Feature model', '特征模型'),
    order: optional(refers('order', 'Order', '订单')),
    chosen: list('Chosen', '已选特征', { feature: text('Feature', '特征', 60) }, { least: 1, most: 500, unique: 'feature' }),
    day: optional(date('Day', '日期')),
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
});

export const PRODUCT_KINDS = {
  item,
  bom,
  routing,
  'process-plan': processPlan,
  recipe,
  'feature-model': featureModel,
  configuration,
} as const;
