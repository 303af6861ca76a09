import { defineBlock, expression, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'transform.switch',
  version: '1.0.0',
  title: { en: 'Switch', zh: '分支' },
  summary: {
    en: 'Sends each row to the first of three ports whose condition holds, else to “otherwise”.',
    zh: '把每行送往条件首先成立的端口，都不成立时送往“其他”。',
  },
  words: { en: 'route if condition branch filter', zh: '路由 条件 判断 过滤' },
  icon: 'git-branch',
  params: z.object({
    a: expression<boolean>({ title: { en: 'To port a when', zh: '送往 a 的条件' } }),
    b: expression<boolean>({ title: { en: 'To port b when', zh: '送往 b 的条件' } }).prefault('false'),
    c: expression<boolean>({ title: { en: 'To port c when', zh: '送往 c 的条件' } }).prefault('false'),
  }),
  input: { value: number() },
  outputs: {
    a: { value: number(same('value')) },
    b: { value: number(same('value')) },
    c: { value: number(same('value')) },
    otherwise: { value: number(same('value')) },
  },
  each(row, _s, p) {
    if (p.a(row)) return { a: row };
    if (p.b(row)) return { b: row };
    if (p.c(row)) return { c: row };
    return { otherwise: row };
  },
});
