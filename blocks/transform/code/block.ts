import { code, columnList, columnsFrom, defineBlock, jsonState, number, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'transform.code',
  version: '1.0.0',
  title: { en: 'TypeScript', zh: 'TypeScript 代码' },
  summary: {
    en: 'Runs your own TypeScript function on every row; what it returns are the output columns.',
    zh: '对每行运行自编 TypeScript 函数；返回值即输出列。',
  },
  words: { en: 'script function custom program javascript', zh: '脚本 函数 自定义 编程' },
  icon: 'code',
  params: z.object({
    code: code({ title: { en: 'Code', zh: '代码' } }),
    outputs: columnList({ title: { en: 'Output columns', zh: '输出列' } }),
  }),
  input: { value: number() },
  output: columnsFrom('outputs'),
  state: { user: jsonState<Record<string, unknown>>({}) },
  each: (row, s, p, ctx) => p.code(row, s.user, ctx),
});
