import { boolean, defineBlock, f64, field, integer, number, same, time, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'quality.cusum',
  version: '1.0.0',
  title: { en: 'CUSUM chart', zh: '累积和控制图' },
  summary: {
    en: 'Cumulative sums above and below a target: find small lasting shifts early and tell since when and how far.',
    zh: '目标值上下两侧的累积和：及早发现小而持续的偏移，并给出起始时刻与偏移后的均值估计。',
  },
  words: { en: 'spc control chart shift drift cumulative sum', zh: '统计过程控制 累积和 偏移 漂移 快速初始响应' },
  icon: 'chart-line',
  reference: 'ISO 7870-4; Page 1954; Lucas & Crosier 1982 (head start); NIST/SEMATECH e-Handbook 6.3.2.3',
  params: z
    .object({
      target: field(z.number(), { title: { en: 'Target', zh: '目标值' } }),
      sigma: field(z.number().positive().default(1), {
        title: { en: 'Standard deviation of a value', zh: '单值标准差' },
        help: { en: 'With 1, k and h are in the unit of the value.', zh: '取 1 时，k、h 与数值同单位。' },
      }),
      k: field(z.number().min(0).default(0.5), {
        title: { en: 'Allowance k', zh: '参考值 k' },
        help: { en: 'In sigma; half of the shift that matters.', zh: '以标准差计；取需要检出偏移量的一半。' },
      }),
      h: field(z.number().positive().default(5), {
        title: { en: 'Decision interval h', zh: '判定距 h' },
        help: { en: 'In sigma; usual 4 or 5.', zh: '以标准差计；通常取 4 或 5。' },
      }),
      headStart: field(z.number().min(0).lt(1).default(0), {
        title: { en: 'Head start', zh: '快速初始响应' },
        help: {
          en: 'As a share of h: 0 none, 0.5 usual for a fast initial response.',
          zh: '以 h 的份额计：0 为无，快速初始响应通常取 0.5。',
        },
      }),
      after: field(z.enum(['continue', 'restart']).default('continue'), {
        title: { en: 'After a signal', zh: '报警之后' },
        options: { continue: { en: 'go on summing', zh: '继续累积' }, restart: { en: 'start anew', zh: '重新开始' } },
      }),
    })
    .refine((p) => p.k < p.h, {
      message: 'k is below h: k about 0.5, h 4 or 5 | k 应小于 h：k 约 0.5，h 取 4 或 5',
      path: ['k'],
    }),
  labels: {
    high: { en: 'Upper sum C⁺', zh: '上侧累积和 C⁺' },
    low: { en: 'Lower sum C⁻', zh: '下侧累积和 C⁻' },
    side: { en: 'Side: 1 above, −1 below', zh: '方向：1 偏高，−1 偏低' },
    since: { en: 'Shifted since', zh: '偏移起始时刻' },
    estimate: { en: 'Estimate of the mean now', zh: '当前均值估计' },
  },
  badQuality: 'skip',
  input: { value: number() },
  output: {
    high: number(same('value')),
    low: number(same('value')),
    limit: number(same('value')),
    on: boolean(),
    side: integer(),
    since: time({ optional: true }),
    estimate: number(same('value'), { optional: true }),
  },
  state: { begun: f64(), high: f64(), low: f64(), rising: f64(), falling: f64(), highSince: f64(), lowSince: f64() },
  each(row, s, p) {
    if (s.begun === 0) {
      s.begun = 1;
      s.high = p.headStart * p.h;
      s.low = p.headStart * p.h;
    }
    const away = (row.value - p.target) / p.sigma;
    s.high = Math.max(0, s.high + away - p.k);
    s.low = Math.max(0, s.low - away - p.k);
    if (s.high === 0) s.rising = 0;
    else if (s.rising++ === 0) s.highSince = row.time;
    if (s.low === 0) s.falling = 0;
    else if (s.falling++ === 0) s.lowSince = row.time;
    const side = s.high > p.h ? 1 : s.low > p.h ? -1 : 0;
    const high = s.high * p.sigma;
    const low = s.low * p.sigma;
    const since = side === 1 ? s.highSince : side === -1 ? s.lowSince : Number.NaN;
    const estimate =
      side === 1
        ? p.target + (p.k + s.high / s.rising) * p.sigma
        : side === -1
          ? p.target - (p.k + s.low / s.falling) * p.sigma
          : Number.NaN;
    if (side !== 0 && p.after === 'restart') {
      s.begun = 0;
      s.rising = 0;
      s.falling = 0;
    }
    return { high, low, limit: p.h * p.sigma, on: side !== 0, side, since, estimate };
  },
});
