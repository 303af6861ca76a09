import { boolean, defineBlock, f64, field, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'quality.ewma',
  version: '1.0.0',
  title: { en: 'EWMA chart', zh: 'EWMA 控制图' },
  summary: {
    en: 'Exponentially weighted moving average control chart with its limits; finds small lasting shifts.',
    zh: '指数加权移动平均控制图及其控制限，用于发现小而持续的偏移。',
  },
  words: { en: 'spc control chart shift drift', zh: '统计过程控制 控制图 偏移 漂移' },
  icon: 'chart-dots',
  reference: 'NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4; Roberts 1959; Montgomery',
  params: z.object({
    lambda: field(z.number().gt(0).max(1).default(0.2), { title: { en: 'Weight λ of the newest value', zh: '最新值权重 λ' } }),
    width: field(z.number().positive().default(3), {
      title: { en: 'Limit width L', zh: '控制限宽度 L' },
      help: { en: 'In standard deviations of the statistic.', zh: '以统计量标准差计。' },
    }),
    target: field(z.number(), { title: { en: 'Target', zh: '目标值' } }),
    sigma: field(z.number().positive(), { title: { en: 'Standard deviation of a value', zh: '单值标准差' } }),
    limits: field(z.enum(['exact', 'steady']).default('exact'), {
      title: { en: 'Limits', zh: '控制限' },
      options: {
        exact: { en: 'Exact, narrower at the start', zh: '精确（起始较窄）' },
        steady: { en: 'Steady state', zh: '稳态' },
      },
    }),
  }),
  badQuality: 'skip',
  input: { value: number() },
  output: { z: number(same('value')), ucl: number(same('value')), lcl: number(same('value')), out: boolean() },
  state: { z: f64(Number.NaN), decay: f64(1) },
  each(row, s, p) {
    s.z = p.lambda * row.value + (1 - p.lambda) * (Number.isNaN(s.z) ? p.target : s.z);
    s.decay *= (1 - p.lambda) * (1 - p.lambda);
    const half = p.width * p.sigma * Math.sqrt((p.lambda / (2 - p.lambda)) * (p.limits === 'exact' ? 1 - s.decay : 1));
    return { z: s.z, ucl: p.target + half, lcl: p.target - half, out: s.z > p.target + half || s.z < p.target - half };
  },
});
