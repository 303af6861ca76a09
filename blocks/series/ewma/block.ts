import { defineBlock, f64, field, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.ewma',
  version: '1.0.0',
  title: { en: 'Exponential average', zh: '指数加权平均' },
  summary: { en: 'Smooths a signal with an exponentially weighted moving average.', zh: '用指数加权移动平均平滑信号。' },
  icon: 'wave-sine',
  params: z.object({
    alpha: field(z.number().gt(0).max(1).default(0.2), {
      title: { en: 'Weight of the newest value', zh: '最新值的权重' },
    }),
  }),
  input: { value: number() },
  output: { value: number(same('value')) },
  state: { e: f64(Number.NaN) },
  each(row, s, p) {
    s.e = Number.isNaN(s.e) ? row.value : s.e + p.alpha * (row.value - s.e);
    return { value: s.e };
  },
});
