import { defineBlock, field, frame, number, same, z } from '#blocks/sdk/index.ts';
import { exponentialRemaining, learnWiener, wienerRemaining } from './remaining.ts';

export default defineBlock({
  id: 'condition.rul',
  version: '1.0.0',
  title: { en: 'Remaining life', zh: '剩余寿命' },
  summary: {
    en: 'Remaining useful life of an index that rises to a limit, with an interval: random walk with drift, or exponential trend.',
    zh: '由趋向限值的劣化指标估计剩余寿命及区间：带漂移的维纳过程或指数趋势。',
  },
  words: {
    en: 'rul prognosis wiener inverse gaussian exponential degradation predictive maintenance',
    zh: 'RUL 预测性维护 维纳过程 逆高斯 指数 劣化',
  },
  icon: 'clock-exclamation',
  reference: 'Chhikara & Folks 1989 (first passage of a Wiener process); Si et al. 2011 (review); ISO 13381-1',
  labels: {
    age: { en: 'Age', zh: '龄期' },
    index: { en: 'Index', zh: '劣化指标' },
    early: { en: 'At the earliest', zh: '最早' },
    late: { en: 'At the latest', zh: '最晚' },
    rate: { en: 'Rate', zh: '速率' },
    spread: { en: 'Spread', zh: '离散度' },
  },
  params: z
    .object({
      method: field(z.enum(['wiener', 'exponential']).default('wiener'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          wiener: { en: 'Random walk with drift (Wiener)', zh: '维纳过程（带漂移）' },
          exponential: { en: 'Exponential trend', zh: '指数趋势' },
        },
      }),
      limit: field(z.number(), { title: { en: 'Limit of the index', zh: '指标限值' } }),
      level: field(z.number().gt(0).lt(100).default(80), { title: { en: 'Interval holds', zh: '区间置信度' }, unit: '%' }),
      drift: field(z.number().positive().optional(), {
        title: { en: 'Known drift', zh: '已知漂移' },
        help: { en: 'Per unit of age; empty: from the series.', zh: '每单位龄期；留空：由序列估计。' },
      }),
      sigma: field(z.number().positive().optional(), { title: { en: 'Known spread', zh: '已知扩散系数' } }),
    })
    .refine((p) => p.method !== 'exponential' || p.limit > 0, {
      message: 'an exponential trend reaches limits above 0 | 指数趋势的限值须大于 0',
      path: ['limit'],
    }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({ age: number(), index: number() }),
  output: {
    mean: number(same('age')),
    sd: number(same('age')),
    early: number(same('age')),
    late: number(same('age')),
    rate: number(),
    spread: number(),
  },
  each(row, _s, p) {
    const { age, index } = { age: row.age, index: row.index };
    const n = age.length;
    const known = p.drift !== undefined && p.sigma !== undefined;
    const least = p.method === 'wiener' ? (known ? 1 : 3) : 3;
    if (n < least) throw new RangeError(`${n} points: at least ${least} are needed`);
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(age[i]) || !Number.isFinite(index[i]))
        throw new RangeError(`row ${i + 1} has no number: leave it out first`);
      if (i > 0 && !((age[i] as number) > (age[i - 1] as number)))
        throw new RangeError(`row ${i + 1} is not older than the row before`);
    }
    const [early, late] = [0.5 - p.level / 200, 0.5 + p.level / 200];
    if (p.method === 'exponential') {
      const r = exponentialRemaining(age, index, p.limit, early, late);
      return { mean: r.mean, sd: r.sd, early: r.early, late: r.late, rate: r.rate, spread: r.spread };
    }
    const learned = n >= 3 ? learnWiener(age, index) : { drift: Number.NaN, sigma: Number.NaN };
    const r = wienerRemaining(
      p.limit - (index[n - 1] as number),
      p.drift ?? learned.drift,
      p.sigma ?? learned.sigma,
      early,
      late,
    );
    return { mean: r.mean, sd: r.sd, early: r.early, late: r.late, rate: r.rate, spread: r.spread };
  },
});
