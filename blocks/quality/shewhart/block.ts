import { boolean, defineBlock, field, frame, integer, jsonState, number, same, time, z } from '#blocks/sdk/index.ts';
import { pointsOf } from './points.ts';
import { givenProcess, plot, type Study } from './study.ts';

export default defineBlock({
  id: 'quality.shewhart',
  version: '1.0.0',
  title: { en: 'Shewhart chart', zh: '常规控制图' },
  summary: {
    en: 'Control charts of means, single values, fractions and counts: learns the limits from a study or takes given ones, and marks points outside.',
    zh: '均值、单值、不合格品率和缺陷数控制图：由分析阶段数据计算或直接给定控制限，并标出超限点。',
  },
  words: {
    en: 'spc xbar range sigma individuals p np c u chart limits',
    zh: '休哈特 均值极差图 均值标准差图 单值移动极差图 不合格品率 缺陷数 控制限',
  },
  icon: 'chart-histogram',
  reference: 'ISO 7870-2:2013 (GB/T 17989.2); ASTM E2587; Montgomery, Introduction to Statistical Quality Control, ch. 6 and 7',
  params: z
    .object({
      chart: field(z.enum(['xbar-r', 'xbar-s', 'i-mr', 'p', 'np', 'c', 'u']).default('xbar-r'), {
        title: { en: 'Chart', zh: '控制图类型' },
        options: {
          'xbar-r': { en: 'X̄-R: means and ranges', zh: 'X̄-R 均值-极差图' },
          'xbar-s': { en: 'X̄-S: means and standard deviations', zh: 'X̄-S 均值-标准差图' },
          'i-mr': { en: 'I-MR: single values and moving ranges', zh: 'I-MR 单值-移动极差图' },
          p: { en: 'p: fraction nonconforming', zh: 'p 不合格品率图' },
          np: { en: 'np: number nonconforming', zh: 'np 不合格品数图' },
          c: { en: 'c: nonconformities', zh: 'c 缺陷数图' },
          u: { en: 'u: nonconformities per unit', zh: 'u 单位缺陷数图' },
        },
      }),
      limits: field(z.enum(['learned', 'given']).default('learned'), {
        title: { en: 'Limits', zh: '控制限来源' },
        options: {
          learned: { en: 'learned from the first points (phase I)', zh: '由前若干点计算（第一阶段）' },
          given: { en: 'given (phase II)', zh: '直接给定（第二阶段）' },
        },
      }),
      points: field(z.number().int().min(2).max(1000).default(25), {
        title: { en: 'Points of the study', zh: '分析阶段点数' },
        help: {
          en: 'Usual: 20 to 25. Later points are judged by the same limits.',
          zh: '通常 20～25 点；其后的点按同一控制限判定。',
        },
      }),
      exclude: field(z.array(z.number().int().min(1)).default([]), {
        title: { en: 'Points left out of the limits', zh: '计算控制限时剔除的点' },
        help: {
          en: 'Their numbers, counted from 1: points with a cause that was found and removed.',
          zh: '点序号（从 1 起）：已查明并消除原因的点。',
        },
      }),
      singles: field(z.enum(['moving-range', 'sample']).default('moving-range'), {
        title: { en: 'Deviation of single values from', zh: '单值标准差取自' },
        options: {
          'moving-range': { en: 'moving ranges', zh: '移动极差' },
          sample: { en: 'all values of the study', zh: '分析阶段全部数据' },
        },
        help: {
          en: 'All values take in drift as well and give wider limits.',
          zh: '全部数据会计入缓慢漂移，控制限较宽。',
        },
      }),
      center: field(z.number().optional(), {
        title: { en: 'Centre line, when given', zh: '给定中心线' },
        help: {
          en: 'Mean, fraction (p), mean count (np, c) or count per unit (u).',
          zh: '均值、不合格品率（p）、平均数（np、c）或单位缺陷数（u）。',
        },
      }),
      sigma: field(z.number().positive().optional(), {
        title: { en: 'Standard deviation of a single value, when given', zh: '给定单值标准差' },
      }),
      width: field(z.number().positive().max(10).default(3), {
        title: { en: 'Width of the limits', zh: '控制限宽度' },
        help: { en: 'In standard deviations of the plotted statistic.', zh: '以所绘统计量的标准差计。' },
      }),
      units: field(z.number().min(0).default(0), {
        title: { en: 'Number inspected', zh: '每点检验数' },
        help: {
          en: 'For p, np and u without a column size; 0: the rows of the table are counted.',
          zh: '用于没有 size 列的 p、np、u 图；0 表示按表的行数计。',
        },
      }),
    })
    .refine((p) => p.limits === 'learned' || p.center !== undefined, {
      message: 'given limits need a centre line | 给定控制限时须给出中心线',
      path: ['center'],
    })
    .refine((p) => p.limits === 'learned' || p.sigma !== undefined || !['xbar-r', 'xbar-s', 'i-mr'].includes(p.chart), {
      message: 'given limits of this chart need a standard deviation | 此控制图给定控制限时须给出标准差',
      path: ['sigma'],
    })
    .refine((p) => p.center === undefined || p.center >= 0 || ['xbar-r', 'xbar-s', 'i-mr'].includes(p.chart), {
      message: 'the centre line of counts is 0 or more | 计数型控制图的中心线不得小于 0',
      path: ['center'],
    })
    .refine((p) => p.chart !== 'p' || p.center === undefined || p.center <= 1, {
      message: 'a fraction is at most 1: 0.05 is five percent | 不合格品率不大于 1：0.05 即百分之五',
      path: ['center'],
    })
    .refine((p) => p.exclude.every((n) => n <= p.points), {
      message: 'a point that is left out has a number beyond the study | 剔除点的序号超出分析阶段点数',
      path: ['exclude'],
    })
    .refine((p) => p.points - new Set(p.exclude).size >= 2, {
      message: 'at least 2 points must remain for the limits | 剔除后至少须保留 2 个点',
      path: ['exclude'],
    }),
  labels: {
    size: { en: 'Number inspected', zh: '检验数' },
    subgroup: { en: 'Subgroup', zh: '子组号' },
    sigma: { en: 'Standard deviation of the point', zh: '统计量标准差' },
    outside: { en: 'Outside the limits', zh: '超出控制限' },
    spread: { en: 'Range or standard deviation', zh: '极差或标准差' },
    spreadCenter: { en: 'Centre line of the spread', zh: '离散度中心线' },
    spreadUcl: { en: 'Upper limit of the spread', zh: '离散度控制上限' },
    spreadLcl: { en: 'Lower limit of the spread', zh: '离散度控制下限' },
    spreadOutside: { en: 'Spread outside its limits', zh: '离散度超限' },
    point: { en: 'Number of the point', zh: '点序号' },
    phase: { en: 'Phase', zh: '阶段' },
    used: { en: 'Counts for the limits', zh: '参与计算控制限' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: frame({
    value: number(),
    time: time({ optional: true }),
    size: number(undefined, { optional: true }),
    subgroup: number(undefined, { optional: true }),
  }),
  output: {
    value: number(same('value')),
    center: number(same('value')),
    ucl: number(same('value')),
    lcl: number(same('value')),
    sigma: number(same('value')),
    outside: boolean(),
    spread: number(same('value'), { optional: true }),
    spreadCenter: number(same('value'), { optional: true }),
    spreadUcl: number(same('value'), { optional: true }),
    spreadLcl: number(same('value'), { optional: true }),
    spreadOutside: boolean(),
    count: number(),
    point: integer(),
    phase: integer(),
    used: boolean(),
  },
  state: { study: jsonState<Study>({ points: [], learned: null, number: 0, last: null }) },
  each(row, s, p, ctx) {
    const table = { value: row.value, n: row.n, at: row.at, time: row.time, size: row.size, subgroup: row.subgroup };
    const points = pointsOf(p.chart, table, p.units, s.study.last ?? Number.NaN);
    const given = p.limits === 'given' ? givenProcess(p.chart, p.center, p.sigma, points[0]?.n ?? 1) : undefined;
    const plan = { length: p.points, exclude: p.exclude, width: p.width, singles: p.singles };
    for (const x of plot(s.study, points, p.chart, given, plan))
      ctx.emit({
        time: x.point.at,
        value: x.point.value,
        center: x.center,
        ucl: x.ucl,
        lcl: x.lcl,
        sigma: x.sigma,
        outside: x.point.value > x.ucl || x.point.value < x.lcl,
        spread: x.point.spread,
        spreadCenter: x.spreadCenter,
        spreadUcl: x.spreadUcl,
        spreadLcl: x.spreadLcl,
        spreadOutside: x.point.spread > x.spreadUcl || x.point.spread < x.spreadLcl,
        count: x.point.n,
        point: x.number,
        phase: x.phase,
        used: x.used,
      });
  },
});
