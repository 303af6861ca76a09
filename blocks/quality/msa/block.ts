import { defineBlock, field, frame, integer, number, same, text, z } from '#blocks/sdk/index.ts';
import { byAnova, byRange, studyOf } from './gauge.ts';

export default defineBlock({
  id: 'quality.msa',
  version: '1.0.0',
  title: { en: 'Gauge study (MSA)', zh: '测量系统分析（MSA）' },
  summary: {
    en: 'Repeatability and reproducibility of a gauge from a crossed study: %GRR, number of distinct categories.',
    zh: '由交叉试验计算量具的重复性与再现性：%GRR 与可区分类别数 ndc。',
  },
  words: { en: 'grr r&r repeatability reproducibility gage ndc anova', zh: '量具 重复性 再现性 双性 方差分析 极差法' },
  icon: 'ruler-measure',
  reference: 'AIAG Measurement Systems Analysis, 4th edition, ch. III (ANOVA; average and range method)',
  params: z.object({
    method: field(z.enum(['anova', 'range']).default('anova'), {
      title: { en: 'Method', zh: '方法' },
      options: { anova: { en: 'ANOVA', zh: '方差分析法' }, range: { en: 'Average and range', zh: '均值极差法' } },
    }),
    alpha: field(z.number().gt(0).lt(1).default(0.05), {
      title: { en: 'Interaction counts below p', zh: '交互作用显著性水平' },
      help: { en: 'Above it the interaction is pooled with the repeats.', zh: '高于此值时并入重复性误差。' },
    }),
    tolerance: field(z.number().positive().optional(), {
      title: { en: 'Tolerance', zh: '公差' },
      help: { en: 'Upper minus lower specification limit.', zh: '规格上限减下限。' },
    }),
    width: field(z.number().positive().default(6), {
      title: { en: 'Width of the spread', zh: '分布宽度' },
      help: {
        en: 'Standard deviations set against the tolerance: 6, formerly 5.15.',
        zh: '与公差比较的标准差倍数：6，旧版为 5.15。',
      },
    }),
  }),
  labels: {
    part: { en: 'Part', zh: '零件' },
    operator: { en: 'Operator', zh: '测量者' },
    repeatability: { en: 'Repeatability EV', zh: '重复性 EV' },
    reproducibility: { en: 'Reproducibility AV', zh: '再现性 AV' },
    interaction: { en: 'Interaction', zh: '交互作用' },
    grr: { en: 'Gauge GRR', zh: '量具 GRR' },
    variation: { en: 'Part variation PV', zh: '零件变差 PV' },
    total: { en: 'Total variation TV', zh: '总变差 TV' },
    percent: { en: '%GRR of the total', zh: '%GRR（占总变差）' },
    percentTolerance: { en: '%GRR of the tolerance', zh: '%GRR（占公差）' },
    ndc: { en: 'Distinct categories ndc', zh: '可区分类别数 ndc' },
    p: { en: 'p of the interaction', zh: '交互作用 p 值' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: frame({ part: text(), operator: text(), value: number() }),
  output: {
    repeatability: number(same('value')),
    reproducibility: number(same('value')),
    interaction: number(same('value')),
    grr: number(same('value')),
    variation: number(same('value')),
    total: number(same('value')),
    percent: number('%'),
    percentTolerance: number('%', { optional: true }),
    ndc: integer(),
    p: number('1', { optional: true }),
  },
  each(row, _s, p) {
    const study = studyOf(row.part, row.operator, row.value);
    const g = p.method === 'range' ? byRange(study) : byAnova(study, p.alpha);
    return {
      repeatability: g.repeatability,
      reproducibility: g.reproducibility,
      interaction: g.interaction,
      grr: g.grr,
      variation: g.part,
      total: g.total,
      percent: (100 * g.grr) / g.total,
      percentTolerance: p.tolerance === undefined ? Number.NaN : (100 * p.width * g.grr) / p.tolerance,
      ndc: Math.max(1, Math.floor((1.41 * g.part) / g.grr)),
      p: g.p,
    };
  },
});
