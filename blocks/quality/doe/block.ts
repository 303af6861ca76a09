import { columnNames, defineBlock, field, frame, number, same, text, z } from '#blocks/sdk/index.ts';
import { analyse, listed } from './effects.ts';

export default defineBlock({
  id: 'quality.doe',
  version: '1.0.0',
  title: { en: 'Designed experiment (2^k)', zh: '试验设计分析（2^k）' },
  summary: {
    en: 'Effects and analysis of variance of a two-level factorial experiment, whole or fractional, with repeats and centre points.',
    zh: '分析两水平全因子或部分因子试验：效应、方差分析、别名结构、重复与中心点弯曲检验。',
  },
  words: {
    en: 'doe factorial fractional anova interaction curvature lenth',
    zh: '实验设计 因子试验 部分析因 交互作用 弯曲 中心点',
  },
  icon: 'grid-dots',
  reference:
    'Montgomery, Design and Analysis of Experiments, ch. 6 and 8; NIST/SEMATECH e-Handbook 5.4; Lenth 1989, Technometrics 31',
  params: z.object({
    factors: columnNames({
      title: { en: 'Factors', zh: '因子列' },
      help: {
        en: 'Columns with a low and a high level, and their middle for centre points.',
        zh: '每列为低、高两水平，中心点取两者中值。',
      },
    }),
    order: field(z.number().int().min(1).max(7).default(2), {
      title: { en: 'Interactions of up to', zh: '交互作用最高阶数' },
      help: { en: 'Factors. Higher ones are taken for noise when nothing is repeated.', zh: '更高阶在无重复时视为误差。' },
    }),
  }),
  labels: {
    anova: { en: 'Error and curvature', zh: '误差与弯曲' },
    effect: { en: 'Effect', zh: '效应' },
    aliases: { en: 'Not told from', zh: '别名' },
    squares: { en: 'Sum of squares', zh: '平方和' },
    deviation: { en: 'Standard error', zh: '标准误差' },
    t: { en: 't-value', zh: 't 值' },
    errorMean: { en: 'Mean square of error', zh: '误差均方' },
    basis: { en: 'Error from', zh: '误差来源' },
    curvature: { en: 'Sum of squares of curvature', zh: '弯曲平方和' },
    curvatureP: { en: 'p of the curvature', zh: '弯曲 p 值' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: frame({ value: number() }, { listed: 'factors' }),
  /** `basis`: repeats (pure error), residual (higher interactions) or lenth (pseudo standard error). */
  outputs: {
    out: frame({
      name: text(),
      effect: number(same('value')),
      squares: number('1'),
      deviation: number(same('value')),
      t: number('1'),
      p: number('1'),
      aliases: text(),
    }),
    anova: {
      mean: number(same('value')),
      df: number('1'),
      errorMean: number('1'),
      basis: text(),
      curvature: number('1', { optional: true }),
      curvatureP: number('1', { optional: true }),
    },
  },
  each(row, _s, p) {
    if (p.factors.length > 10) throw new RangeError(`${p.factors.length} factors: this block analyses up to 10`);
    const a = analyse(p.factors, listed(row, p.factors), row.value, p.order);
    return {
      out: {
        name: a.effects.map((e) => e.name),
        effect: a.effects.map((e) => e.effect),
        squares: a.effects.map((e) => e.squares),
        deviation: a.effects.map((e) => e.error),
        t: a.effects.map((e) => e.t),
        p: a.effects.map((e) => e.p),
        aliases: a.effects.map((e) => e.aliases),
      },
      anova: {
        mean: a.mean,
        df: a.errorDf,
        errorMean: a.errorMean,
        basis: a.basis,
        curvature: a.curvature,
        curvatureP: a.curvatureP,
      },
    };
  },
});
