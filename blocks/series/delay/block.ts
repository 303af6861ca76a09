import { defineBlock, field, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.delay',
  version: '1.0.0',
  title: { en: 'Previous value', zh: '前值' },
  summary: {
    en: 'Gives the value of the row before; the only block that may close a loop in a graph.',
    zh: '输出上一行的数值；图中唯一允许构成回路的积木。',
  },
  words: { en: 'last lag memory feedback loop cycle', zh: '上一个 延迟 反馈 回路' },
  icon: 'player-track-prev',
  params: z.object({
    initial: field(z.number().optional(), {
      title: { en: 'Value before the first row', zh: '首行之前的数值' },
      help: { en: 'Empty: there is no value before the first row.', zh: '留空：首行之前没有数值。' },
    }),
  }),
  input: { value: number() },
  output: { value: number(same('value')) },
  /** The compiler holds what this gives, per key, and sends the one before. */
  delays: true,
  each: (row) => ({ value: row.value }),
});
