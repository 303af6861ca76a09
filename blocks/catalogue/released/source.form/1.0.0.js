import { defineBlock, field, number, unit, unitOf, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'source.form',
  version: '1.0.0',
  title: { en: 'Operator input', zh: '操作员输入' },
  summary: {
    en: 'A number that a person enters on the operator screen, within its range; one row an entry.',
    zh: '操作员在画面上输入的数值，受范围约束；每次提交输出一行。',
  },
  words: { en: 'form setpoint entry command button', zh: '表单 设定值 录入 指令 按钮' },
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
      low: field(z.number().optional(), { title: { en: 'Lowest allowed', zh: '允许下限' } }),
      high: field(z.number().optional(), { title: { en: 'Highest allowed', zh: '允许上限' } }),
    })
    .refine((p) => p.low === undefined || p.high === undefined || p.low <= p.high, {
      message: 'the lowest allowed value is above the highest',
      path: ['low'],
    }),
  source: { kind: 'form', form: 'form' },
  output: { value: number(unitOf('unit')) },
});
