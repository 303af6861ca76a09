import { type ColumnList, columnName, columnsFrom, defineBlock, field, number, unit, unitOf, z } from '#blocks/sdk/index.ts';

/** What a person reads beside the field. */
const title = field(z.object({ en: z.string().min(1).max(200), zh: z.string().min(1).max(200) }), {
  title: { en: 'Title', zh: '标题' },
  field: 'bilingual',
});
const required = field(z.boolean().default(true), { title: { en: 'Must be given', zh: '必填' } });
const base = { name: field(columnName, { title: { en: 'Column', zh: '列名' } }), title, required };
const kind = <K extends string>(value: K) =>
  field(z.literal(value), {
    title: { en: 'Kind', zh: '类型' },
    options: {
      number: { en: 'Number', zh: '数值' },
      text: { en: 'Text', zh: '文本' },
      choice: { en: 'Choice', zh: '选项' },
      boolean: { en: 'Yes or no', zh: '是/否' },
      date: { en: 'Date', zh: '日期' },
    },
  });
const low = field(z.number().optional(), { title: { en: 'Lowest allowed', zh: '允许下限' } });
const high = field(z.number().optional(), { title: { en: 'Highest allowed', zh: '允许上限' } });

const oneField = z.discriminatedUnion('kind', [
  z.object({ kind: kind('number'), ...base, unit: unit({ title: { en: 'Unit', zh: '单位' } }).default('1'), low, high }),
  z.object({
    kind: kind('text'),
    ...base,
    most: field(z.number().int().min(1).max(4_000).default(200), { title: { en: 'Characters at most', zh: '最多字符数' } }),
  }),
  z.object({
    kind: kind('choice'),
    ...base,
    options: field(
      z
        .array(
          z.object({
            value: field(z.string().min(1).max(100), { title: { en: 'Value', zh: '取值' } }),
            title: field(z.object({ en: z.string(), zh: z.string() }).optional(), {
              title: { en: 'What is read', zh: '显示文字' },
              field: 'bilingual',
            }),
          }),
        )
        .min(1)
        .max(50)
        .refine((list) => new Set(list.map((one) => one.value)).size === list.length, {
          message: 'two options have the same value | 有两个选项取值相同',
        }),
      { title: { en: 'Options', zh: '选项' } },
    ),
  }),
  z.object({ kind: kind('boolean'), ...base }),
  z.object({
    kind: kind('date'),
    ...base,
    clock: field(z.boolean().default(false), {
      title: { en: 'With the time of day', zh: '含时刻' },
      help: { en: 'As the clocks of the plant show it.', zh: '按工厂所在时区。' },
    }),
  }),
]);

const columns: ColumnList = {
  param: 'fields',
  typeBy: { field: 'kind', types: { number: 'number', text: 'text', choice: 'text', boolean: 'boolean', date: 'time' } },
};

export default defineBlock({
  id: 'source.form',
  version: '1.1.0',
  changes: {
    '1.1.0': {
      en: 'A form may have several fields: numbers with unit and range, texts, choices, yes or no, dates. One submit is one row with a column each.',
      zh: '表单可含多个字段：带单位和范围的数值、文本、选项、是/否、日期；每次提交输出一行，各字段为一列。',
    },
  },
  title: { en: 'Operator input', zh: '操作员输入' },
  summary: {
    en: 'What a person enters on the operator screen: one number, or a record of several fields, each within its limits; one row an entry.',
    zh: '操作员在画面上录入的内容：单个数值或含多个字段的记录，各受约束；每次提交输出一行。',
  },
  words: { en: 'form setpoint entry command button record inspection', zh: '表单 设定值 录入 指令 按钮 记录 点检 报工' },
  icon: 'forms',
  capabilities: ['screen.render'],
  params: z
    .object({
      form: field(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/), {
        title: { en: 'Name', zh: '名称' },
        help: { en: 'Widgets refer to it as form:name.', zh: '画面组件以 form:名称 引用。' },
      }),
      title: field(z.object({ en: z.string(), zh: z.string() }), { title: { en: 'Title', zh: '标题' }, field: 'bilingual' }),
      unit: unit({ title: { en: 'Unit', zh: '单位' } }).default('1'),
      low,
      high,
      fields: field(
        z
          .array(oneField)
          .max(40)
          .default([])
          .refine((list) => new Set(list.map((one) => one.name)).size === list.length, {
            message: 'two fields get the same column | 有两个字段使用了同一列名',
          })
          .refine((list) => !list.some((one) => ['time', 'key', 'quality'].includes(one.name)), {
            message: "every row has 'time', 'key' and 'quality': give another name | 每行已有 time、key、quality，请另取名称",
          })
          .refine(
            (list) => list.every((f) => f.kind !== 'number' || f.low === undefined || f.high === undefined || f.low <= f.high),
            { message: 'the lowest allowed value is above the highest | 允许下限大于上限' },
          ),
        {
          title: { en: 'Fields', zh: '字段' },
          help: {
            en: 'Without any: one number in the unit and range above, in the column value.',
            zh: '不填则为单个数值（列 value），单位与范围见上。',
          },
        },
      ),
    })
    .refine((p) => p.low === undefined || p.high === undefined || p.low <= p.high, {
      message: 'the lowest allowed value is above the highest | 允许下限大于上限',
      path: ['low'],
    })
    .refine((p) => p.fields.length === 0 || (p.low === undefined && p.high === undefined && p.unit === '1'), {
      message: 'a form with fields has unit and range in them | 含字段的表单，单位与范围在字段中给出',
      path: ['fields'],
    }),
  source: { kind: 'form', form: 'form' },
  output: columnsFrom([columns], undefined, { otherwise: { value: number(unitOf('unit')) } }),
});
