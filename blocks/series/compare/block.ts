import { boolean, defineBlock, f64, field, i32, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.compare',
  version: '1.0.0',
  title: { en: 'Limit with hysteresis', zh: '限值比较（带回差）' },
  summary: {
    en: 'On above the high or below the low limit, or when the value changes too fast; off again only when it is back by the hysteresis.',
    zh: '高于上限、低于下限或变化过快时接通；数值回到限内并越过回差后才断开。',
  },
  words: { en: 'threshold limit alarm high low deadband rate of change', zh: '阈值 上限 下限 超限 死区 变化率' },
  icon: 'arrows-diff',
  params: z
    .object({
      high: field(z.number().optional(), { title: { en: 'High limit', zh: '上限' } }),
      low: field(z.number().optional(), { title: { en: 'Low limit', zh: '下限' } }),
      hysteresis: field(z.number().min(0).default(0), { title: { en: 'Hysteresis', zh: '回差' } }),
      rate: field(z.number().positive().optional(), {
        title: { en: 'Fastest change per second', zh: '每秒最大变化' },
        help: { en: 'Up or down, between two rows. Empty: any.', zh: '上升或下降，按相邻两行计算。留空：不限。' },
      }),
    })
    .refine((p) => p.high !== undefined || p.low !== undefined || p.rate !== undefined, {
      message: 'give a high limit, a low limit, a rate or several of them | 请给出上限、下限或变化率限值',
      path: ['high'],
    })
    .refine((p) => p.high === undefined || p.low === undefined || p.low + p.hysteresis <= p.high - p.hysteresis, {
      message:
        'the limits lie closer together than twice the hysteresis: nothing could switch it off | 上下限间距小于两倍回差：接通后无法断开',
      path: ['hysteresis'],
    }),
  badQuality: 'hold',
  input: { value: number() },
  output: { on: boolean(), value: number(same('value')) },
  state: { on: i32(), last: f64(Number.NaN), at: f64(Number.NEGATIVE_INFINITY) },
  stateVersion: 2,
  /** Version 1 had no rate: it begins with the next two rows. */
  migrate: (_from, old) => ({ on: Number(old.on) }),
  each(row, s, p) {
    const high = p.high ?? Number.POSITIVE_INFINITY;
    const low = p.low ?? Number.NEGATIVE_INFINITY;
    const seconds = (row.time - s.at) / 1000;
    const fast = p.rate !== undefined && seconds > 0 && Math.abs(row.value - s.last) / seconds > p.rate;
    s.last = row.value;
    s.at = Math.max(s.at, row.time);
    if (fast || row.value > high || row.value < low) s.on = 1;
    else if (row.value <= high - p.hysteresis && row.value >= low + p.hysteresis) s.on = 0;
    return { on: s.on === 1, value: row.value };
  },
});
