import { defineBlock, field, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.align',
  version: '1.0.0',
  title: { en: 'Align', zh: '时间对齐' },
  summary: {
    en: 'Puts up to three signals of different rates into one row by event time, within a tolerance.',
    zh: '在容差内按事件时间把最多三个不同频率的信号合成一行。',
  },
  words: { en: 'join merge synchronise three inputs time', zh: '合并 同步 三路 时间' },
  icon: 'align-box-center-middle',
  params: z.object({
    tolerance: field(z.number().min(0).default(2), { title: { en: 'Tolerance', zh: '容差' }, unit: 's' }),
    lateness: field(z.number().min(0).default(0), { title: { en: 'Wait for late rows', zh: '等待迟到数据' }, unit: 's' }),
  }),
  carry: 'none',
  badQuality: 'propagate',
  inputs: { a: { value: number() }, b: { value: number() }, c: { value: number() } },
  optionalInputs: ['c'],
  combine: { align: { tolerance: 'tolerance', lateness: 'lateness' } },
  output: { a: number(same('a.value')), b: number(same('b.value')), c: number(same('c.value')) },
  each: (row) => ({ a: row.a.value, b: row.b.value, c: row.c.value }),
});
