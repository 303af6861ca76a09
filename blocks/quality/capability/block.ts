import { boolean, defineBlock, field, frame, integer, number, same, z } from '#blocks/sdk/index.ts';
import { observedOutside, performance, potential, ppmOutside, spreadOf } from './indices.ts';
import { andersonDarling } from './normality.ts';

export default defineBlock({
  id: 'quality.capability',
  version: '1.0.0',
  title: { en: 'Process capability', zh: '过程能力分析' },
  summary: {
    en: 'Cp, Cpk, Pp, Ppk and Cpm with confidence limits, expected and observed ppm outside, and a test of normality.',
    zh: '计算 Cp、Cpk、Pp、Ppk、Cpm 及其置信限，预期与实测超差 ppm，并作正态性检验。',
  },
  words: { en: 'spc cpk ppk ppm specification tolerance normality', zh: '工序能力 过程性能 规格 公差 超差 正态性' },
  icon: 'arrows-horizontal',
  reference:
    'ISO 22514-2; Montgomery ch. 8; Kane 1986 and Bissell 1990 (confidence limits); D’Agostino & Stephens 1986 (Anderson–Darling)',
  params: z
    .object({
      lsl: field(z.number().optional(), { title: { en: 'Lower specification limit', zh: '规格下限' } }),
      usl: field(z.number().optional(), { title: { en: 'Upper specification limit', zh: '规格上限' } }),
      target: field(z.number().optional(), {
        title: { en: 'Target', zh: '目标值' },
        help: { en: 'For Cpm; empty: the middle of the limits.', zh: '用于 Cpm；留空取规格中心。' },
      }),
      within: field(z.enum(['range', 'deviation', 'moving-range']).default('range'), {
        title: { en: 'Deviation within from', zh: '组内标准差估计' },
        options: {
          range: { en: 'ranges of subgroups, R̄/d₂', zh: '子组极差 R̄/d₂' },
          deviation: { en: 'deviations of subgroups, s̄/c₄', zh: '子组标准差 s̄/c₄' },
          'moving-range': { en: 'moving ranges of single values', zh: '单值移动极差' },
        },
      }),
      size: field(z.number().int().min(2).max(25).default(5), {
        title: { en: 'Values in a subgroup', zh: '子组容量' },
        help: { en: 'Where the table has no column subgroup.', zh: '表中没有 subgroup 列时使用。' },
      }),
      confidence: field(z.number().min(0.5).lt(1).default(0.95), { title: { en: 'Confidence level', zh: '置信水平' } }),
      alpha: field(z.number().gt(0).lt(1).default(0.05), {
        title: { en: 'Level of the normality test', zh: '正态性检验显著性水平' },
      }),
    })
    .refine((p) => p.lsl !== undefined || p.usl !== undefined, {
      message: 'at least one specification limit is needed | 至少给出一个规格限',
      path: ['usl'],
    })
    .refine((p) => p.lsl === undefined || p.usl === undefined || p.lsl < p.usl, {
      message: 'the lower limit is below the upper one | 规格下限须小于规格上限',
      path: ['lsl'],
    }),
  labels: {
    subgroup: { en: 'Subgroup', zh: '子组号' },
    within: { en: 'Deviation within subgroups', zh: '组内标准差' },
    cp: { en: 'Cp', zh: 'Cp' },
    cpLower: { en: 'Cp, lower limit', zh: 'Cp 置信下限' },
    cpUpper: { en: 'Cp, upper limit', zh: 'Cp 置信上限' },
    cpk: { en: 'Cpk', zh: 'Cpk' },
    cpkLower: { en: 'Cpk, lower limit', zh: 'Cpk 置信下限' },
    cpkUpper: { en: 'Cpk, upper limit', zh: 'Cpk 置信上限' },
    cpm: { en: 'Cpm', zh: 'Cpm' },
    pp: { en: 'Pp', zh: 'Pp' },
    ppLower: { en: 'Pp, lower limit', zh: 'Pp 置信下限' },
    ppUpper: { en: 'Pp, upper limit', zh: 'Pp 置信上限' },
    ppk: { en: 'Ppk', zh: 'Ppk' },
    ppkLower: { en: 'Ppk, lower limit', zh: 'Ppk 置信下限' },
    ppkUpper: { en: 'Ppk, upper limit', zh: 'Ppk 置信上限' },
    ppm: { en: 'Expected outside, within', zh: '预期超差（组内）' },
    ppmOverall: { en: 'Expected outside, overall', zh: '预期超差（总体）' },
    ppmObserved: { en: 'Observed outside', zh: '实测超差' },
    statistic: { en: 'Anderson–Darling A²', zh: 'Anderson–Darling A²' },
    normal: { en: 'Normality not refuted', zh: '未拒绝正态性' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: frame({ value: number(), subgroup: number(undefined, { optional: true }) }),
  output: {
    count: integer(),
    mean: number(same('value')),
    within: number(same('value')),
    sd: number(same('value')),
    cp: number('1', { optional: true }),
    cpLower: number('1', { optional: true }),
    cpUpper: number('1', { optional: true }),
    cpk: number('1'),
    cpkLower: number('1'),
    cpkUpper: number('1'),
    cpm: number('1', { optional: true }),
    pp: number('1', { optional: true }),
    ppLower: number('1', { optional: true }),
    ppUpper: number('1', { optional: true }),
    ppk: number('1'),
    ppkLower: number('1'),
    ppkUpper: number('1'),
    ppm: number('[ppm]'),
    ppmOverall: number('[ppm]'),
    ppmObserved: number('[ppm]'),
    statistic: number('1', { optional: true }),
    p: number('1', { optional: true }),
    normal: boolean({ optional: true }),
  },
  each(row, _s, p) {
    const x = spreadOf(row.value, row.subgroup, p.size, p.within);
    if (!(x.within > 0) || !(x.overall > 0))
      throw new RangeError(
        'the values do not vary within subgroups: no index can be given (is the resolution of the gauge too coarse?)',
      );
    const cp = potential(p.lsl, p.usl, x.within, x.n, p.confidence);
    const cpk = performance(p.lsl, p.usl, x.mean, x.within, x.n, p.confidence);
    const pp = potential(p.lsl, p.usl, x.overall, x.n, p.confidence);
    const ppk = performance(p.lsl, p.usl, x.mean, x.overall, x.n, p.confidence);
    const target = p.target ?? (p.lsl === undefined || p.usl === undefined ? Number.NaN : (p.lsl + p.usl) / 2);
    const test = andersonDarling(row.value, x.mean, x.overall);
    return {
      count: x.n,
      mean: x.mean,
      within: x.within,
      sd: x.overall,
      cp: cp.value,
      cpLower: cp.lower,
      cpUpper: cp.upper,
      cpk: cpk.value,
      cpkLower: cpk.lower,
      cpkUpper: cpk.upper,
      cpm: cp.value / Math.sqrt(1 + ((x.mean - target) / x.within) ** 2),
      pp: pp.value,
      ppLower: pp.lower,
      ppUpper: pp.upper,
      ppk: ppk.value,
      ppkLower: ppk.lower,
      ppkUpper: ppk.upper,
      ppm: ppmOutside(p.lsl, p.usl, x.mean, x.within),
      ppmOverall: ppmOutside(p.lsl, p.usl, x.mean, x.overall),
      ppmObserved: observedOutside(row.value, p.lsl, p.usl),
      statistic: test.statistic,
      p: test.p,
      normal: Number.isNaN(test.p) ? undefined : test.p > p.alpha,
    };
  },
});
