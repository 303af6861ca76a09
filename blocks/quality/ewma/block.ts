import { boolean, defineBlock, f64, field, i32, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'quality.ewma',
  version: '1.1.0',
  title: { en: 'EWMA chart', zh: 'EWMA 控制图' },
  summary: {
    en: 'Exponentially weighted moving average control chart with its limits; finds small lasting shifts.',
    zh: '指数加权移动平均控制图及其控制限，用于发现小而持续的偏移。',
  },
  words: { en: 'spc control chart shift drift', zh: '统计过程控制 控制图 偏移 漂移' },
  icon: 'chart-dots',
  changes: {
    '1.1.0': {
      en: 'Fast initial response: limits may begin narrower. Without it, results are the same.',
      zh: '新增快速初始响应：起始控制限可收窄；不启用时结果不变。',
    },
  },
  reference:
    'ISO 7870-6; NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4; Roberts 1959; Steiner 1999 (fast initial response)',
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
    fast: field(z.number().gt(0).max(1).default(1), {
      title: { en: 'Fast initial response', zh: '快速初始响应' },
      help: {
        en: 'First limits as a share of the full ones: 1 none, 0.5 usual. The effect is over after 20 values.',
        zh: '首点控制限占全宽的份额：1 为不用，通常取 0.5；约 20 个值后失效。',
      },
    }),
  }),
  labels: { out: { en: 'Outside the limits', zh: '超出控制限' } },
  badQuality: 'skip',
  input: { value: number() },
  output: { z: number(same('value')), ucl: number(same('value')), lcl: number(same('value')), out: boolean() },
  state: { z: f64(Number.NaN), decay: f64(1), count: i32() },
  each(row, s, p) {
    s.z = p.lambda * row.value + (1 - p.lambda) * (Number.isNaN(s.z) ? p.target : s.z);
    s.decay *= (1 - p.lambda) * (1 - p.lambda);
    s.count++;
    // Steiner: 1 − (1 − f)^(1 + a(t − 1)) with a such that 0.99 is reached at t = 20
    const narrow = p.fast === 1 ? 1 : 1 - (1 - p.fast) ** (1 + ((-2 / Math.log10(1 - p.fast) - 1) / 19) * (s.count - 1));
    const half = narrow * p.width * p.sigma * Math.sqrt((p.lambda / (2 - p.lambda)) * (p.limits === 'exact' ? 1 - s.decay : 1));
    return { z: s.z, ucl: p.target + half, lcl: p.target - half, out: s.z > p.target + half || s.z < p.target - half };
  },
});
