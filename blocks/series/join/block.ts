import { defineBlock, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.join',
  version: '1.0.0',
  title: { en: 'Join', zh: '同时刻合并' },
  summary: {
    en: 'Puts up to three signals into one row when they have the same time and key.',
    zh: '时间和对象都相同时，把最多三个信号合成一行。',
  },
  words: { en: 'merge exact same time three inputs', zh: '合并 同一时刻 三路' },
  icon: 'arrows-join',
  params: z.object({}),
  carry: 'none',
  inputs: { a: { value: number() }, b: { value: number() }, c: { value: number() } },
  optionalInputs: ['c'],
  combine: 'exact',
  output: { a: number(same('a.value')), b: number(same('b.value')), c: number(same('c.value')) },
  each: (row) => ({ a: row.a.value, b: row.b.value, c: row.c.value }),
});
