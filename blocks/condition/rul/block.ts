import { defineBlock, field, frame, number, same, text, z } from '#blocks/sdk/index.ts';
import { exponentialRemaining, learnWiener, wienerRemaining } from './remaining.ts';
import { livesOf, similarRemaining } from './similar.ts';

export default defineBlock({
  id: 'condition.rul',
  version: '1.0.0',
  title: { en: 'Remaining life', zh: '剩余寿命' },
  summary: {
    en: 'Remaining useful life of an index, with an interval: random walk with drift or exponential trend to a limit, or what was left to units like it.',
    zh: '由劣化指标估计剩余寿命及区间：按维纳过程或指数趋势到达限值，或参照相似设备的全寿命记录。',
  },
  words: {
    en: 'rul prognosis similarity run to failure wiener inverse gaussian exponential degradation predictive maintenance',
    zh: 'RUL 相似性 全寿命 预测性维护 维纳过程 逆高斯 指数 劣化',
  },
  icon: 'clock-exclamation',
  reference:
    'Chhikara & Folks 1989 (first passage of a Wiener process); Si et al. 2011 (review); ISO 13381-1; Wang et al. 2008 (similarity)',
  labels: {
    library: { en: 'Units that ran to their end', zh: '全寿命记录' },
    unit: { en: 'Unit', zh: '设备' },
    age: { en: 'Age', zh: '龄期' },
    index: { en: 'Index', zh: '劣化指标' },
    early: { en: 'At the earliest', zh: '最早' },
    late: { en: 'At the latest', zh: '最晚' },
    rate: { en: 'Rate', zh: '速率' },
    spread: { en: 'Spread', zh: '离散度' },
  },
  params: z
    .object({
      method: field(z.enum(['wiener', 'exponential', 'similarity']).default('wiener'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          wiener: { en: 'Random walk with drift (Wiener)', zh: '维纳过程（带漂移）' },
          exponential: { en: 'Exponential trend', zh: '指数趋势' },
          similarity: { en: 'Units that were like it', zh: '相似设备' },
        },
      }),
      limit: field(z.number().optional(), {
        title: { en: 'Limit of the index', zh: '指标限值' },
        help: {
          en: 'Not needed where units are compared: their lives end where they end.',
          zh: '参照相似设备时不需要：以其寿命终点为准。',
        },
      }),
      level: field(z.number().gt(0).lt(100).default(80), { title: { en: 'Interval holds', zh: '区间置信度' }, unit: '%' }),
      drift: field(z.number().positive().optional(), {
        title: { en: 'Known drift', zh: '已知漂移' },
        help: { en: 'Per unit of age; empty: from the series.', zh: '每单位龄期；留空：由序列估计。' },
      }),
      sigma: field(z.number().positive().optional(), { title: { en: 'Known spread', zh: '已知扩散系数' } }),
      window: field(z.number().int().min(2).max(1000).default(30), {
        title: { en: 'Points that are compared', zh: '比较点数' },
        help: { en: 'The last ones of the series.', zh: '取序列最后若干点。' },
      }),
      neighbours: field(z.number().int().min(1).max(1000).default(20), {
        title: { en: 'Units that count', zh: '采用的相似设备数' },
      }),
      most: field(z.number().positive().optional(), {
        title: { en: 'A life counts at most', zh: '寿命计入上限' },
        help: {
          en: 'While nothing shows yet, how much longer than this is left cannot be told. Empty: no bound.',
          zh: '尚无劣化迹象时，更长的剩余寿命无法分辨。留空：不限。',
        },
      }),
    })
    .refine((p) => p.method === 'similarity' || p.limit !== undefined, {
      message: 'say where life ends | 须给出寿命终止的限值',
      path: ['limit'],
    })
    .refine((p) => p.method !== 'exponential' || p.limit === undefined || p.limit > 0, {
      message: 'an exponential trend reaches limits above 0 | 指数趋势的限值须大于 0',
      path: ['limit'],
    }),
  carry: 'none',
  badQuality: 'skip',
  inputs: {
    in: frame({ age: number(), index: number() }),
    /** Of the method `similarity`: each unit from its first age to its last. */
    library: frame({ unit: text(), age: number(), index: number() }),
  },
  combine: 'latest',
  firesOn: 'in',
  optionalInputs: ['library'],
  output: {
    mean: number(same('in.age')),
    sd: number(same('in.age')),
    early: number(same('in.age')),
    late: number(same('in.age')),
    rate: number(),
    spread: number(),
  },
  each(row, _s, p) {
    const { age, index } = { age: row.in.age, index: row.in.index };
    const n = age.length;
    const known = p.drift !== undefined && p.sigma !== undefined;
    const least = p.method === 'exponential' ? 3 : p.method === 'similarity' ? 2 : known ? 1 : 3;
    if (n < least) throw new RangeError(`${n} points: at least ${least} are needed`);
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(age[i]) || !Number.isFinite(index[i]))
        throw new RangeError(`row ${i + 1} has no number: leave it out first`);
      if (i > 0 && !((age[i] as number) > (age[i - 1] as number)))
        throw new RangeError(`row ${i + 1} is not older than the row before`);
    }
    const [early, late] = [0.5 - p.level / 200, 0.5 + p.level / 200];
    if (p.method === 'similarity') {
      if (!row.library) throw new RangeError('wire a library of units that ran to their end');
      const lives = livesOf(row.library.unit, row.library.age, row.library.index);
      const like = similarRemaining(age, index, lives, {
        window: p.window,
        neighbours: p.neighbours,
        most: p.most ?? Number.POSITIVE_INFINITY,
        early,
        late,
      });
      return { mean: like.mean, sd: like.sd, early: like.early, late: like.late, rate: like.rate, spread: like.spread };
    }
    const limit = p.limit ?? Number.NaN;
    if (p.method === 'exponential') {
      const r = exponentialRemaining(age, index, limit, early, late);
      return { mean: r.mean, sd: r.sd, early: r.early, late: r.late, rate: r.rate, spread: r.spread };
    }
    const learned = n >= 3 ? learnWiener(age, index) : { drift: Number.NaN, sigma: Number.NaN };
    const r = wienerRemaining(limit - (index[n - 1] as number), p.drift ?? learned.drift, p.sigma ?? learned.sigma, early, late);
    return { mean: r.mean, sd: r.sd, early: r.early, late: r.late, rate: r.rate, spread: r.spread };
  },
});
