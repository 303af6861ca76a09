import { boolean, defineBlock, field, i32, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.compare',
  version: '1.0.0',
  title: { en: 'Limit with hysteresis', zh: '限值比较（带回差）' },
  summary: {
    en: 'On above the high or below the low limit; off again only when the value is back by the hysteresis.',
    zh: '高于上限或低于下限时接通；数值回到限内并越过回差后才断开。',
  },
  words: { en: 'threshold limit alarm high low deadband', zh: '阈值 上限 下限 超限 死区' },
  icon: 'arrows-diff',
  params: z
    .object({
      high: field(z.number().optional(), { title: { en: 'High limit', zh: '上限' } }),
      low: field(z.number().optional(), { title: { en: 'Low limit', zh: '下限' } }),
      hysteresis: field(z.number().min(0).default(0), { title: { en: 'Hysteresis', zh: '回差' } }),
    })
    .refine((p) => p.high !== undefined || p.low !== undefined, {
      message: 'give a high limit, a low limit or both',
      path: ['high'],
    })
    .refine((p) => p.high === undefined || p.low === undefined || p.low + p.hysteresis <= p.high - p.hysteresis, {
      message: 'the limits lie closer together than twice the hysteresis: nothing could switch it off',
      path: ['hysteresis'],
    }),
  badQuality: 'hold',
  input: { value: number() },
  output: { on: boolean(), value: number(same('value')) },
  state: { on: i32() },
  each(row, s, p) {
    const high = p.high ?? Number.POSITIVE_INFINITY;
    const low = p.low ?? Number.NEGATIVE_INFINITY;
    if (row.value > high || row.value < low) s.on = 1;
    else if (row.value <= high - p.hysteresis && row.value >= low + p.hysteresis) s.on = 0;
    return { on: s.on === 1, value: row.value };
  },
});
