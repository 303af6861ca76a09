import { boolean, defineBlock, expression, field, number, unit, unitOf, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'transform.expr',
  version: '1.0.0',
  title: { en: 'Expression', zh: '表达式' },
  summary: {
    en: 'Computes a number or a condition from up to four inputs, each with its latest value.',
    zh: '用最多四个输入的最新值计算数值或条件。',
  },
  words: { en: 'formula calculate math arithmetic', zh: '公式 计算 运算 数学' },
  icon: 'math-function',
  params: z.object({
    expression: expression<number | boolean>({
      title: { en: 'Expression over a, b, c, d', zh: '关于 a、b、c、d 的表达式' },
    }),
    unit: unit({ title: { en: 'Unit of the result', zh: '结果单位' } }).default('1'),
    maxAge: field(z.number().positive().optional(), {
      title: { en: 'Oldest input used', zh: '输入最大时效' },
      unit: 's',
      help: { en: 'Empty: any age.', zh: '留空：不限。' },
    }),
  }),
  carry: 'none',
  inputs: { a: { value: number() }, b: { value: number() }, c: { value: number() }, d: { value: number() } },
  optionalInputs: ['b', 'c', 'd'],
  combine: 'latest',
  output: { value: number(unitOf('unit')), on: boolean() },
  each(row, _s, p) {
    const result = p.expression(row);
    const value = Number(result);
    return { value, on: value !== 0 && !Number.isNaN(value) };
  },
});
