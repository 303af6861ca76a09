import { defineBlock, field, frame, integer, number, same, time, z } from '#blocks/sdk/index.ts';
import { forecastFields } from '../forecast-fields.ts';
import { actualsByTime, requireNoLeakage } from './leakage.ts';
import { measure, naiveScale } from './measures.ts';
import { roll } from './roll.ts';

export default defineBlock({
  id: 'learn.backtest',
  version: '1.0.0',
  title: { en: 'Backtest', zh: '回测' },
  summary: {
    en: 'How good forecasts are: sMAPE, MASE, RMSE and coverage, of a method on a series from rolling origins or of another model’s forecasts.',
    zh: '评价预测质量：sMAPE、MASE、RMSE 与区间覆盖率；对序列滚动起点回测，或评价其他模型的预测。',
  },
  words: { en: 'smape mase rmse accuracy rolling origin leakage validation', zh: '精度 滚动起点 数据泄漏 验证 误差' },
  icon: 'history-toggle',
  reference: 'Hyndman & Koehler 2006; Tashman 2000 (rolling origin); Makridakis 1993 (sMAPE)',
  labels: {
    series: { en: 'Series', zh: '序列' },
    forecasts: { en: 'Forecasts of another model', zh: '其他模型的预测' },
    made: { en: 'Newest value the model had seen', zh: '模型已知数据截止时刻' },
    actual: { en: 'Actual value', zh: '实际值' },
    step: { en: 'Steps ahead', zh: '步数' },
    smape: { en: 'sMAPE', zh: 'sMAPE' },
    mase: { en: 'MASE', zh: 'MASE' },
    rmse: { en: 'RMSE', zh: 'RMSE' },
    mae: { en: 'Mean absolute error', zh: '平均绝对误差' },
    coverage: { en: 'Inside the interval', zh: '区间覆盖率' },
    n: { en: 'Values judged', zh: '评价个数' },
    folds: { en: 'Forecasts judged', zh: '逐个预测' },
  },
  params: z.object({
    ...forecastFields,
    origin: field(z.number().int().min(4).max(100_000).default(36), {
      title: { en: 'Values known to the first forecast', zh: '首次预测已知个数' },
    }),
    stride: field(z.number().int().min(1).max(100_000).default(12), {
      title: { en: 'Values between forecasts', zh: '起点步进' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: {
    series: frame({ time: time(), value: number() }),
    forecasts: frame({ made: time(), time: time(), actual: number(), predicted: number(), lower: number(), upper: number() }),
  },
  optionalInputs: ['series', 'forecasts'],
  combine: 'latest',
  outputs: {
    out: {
      n: integer(),
      smape: number('%'),
      mase: number('1', { optional: true }),
      rmse: number(same('series.value')),
      mae: number(same('series.value')),
      coverage: number('%', { optional: true }),
    },
    folds: frame({ time: time(), step: integer(), actual: number(), predicted: number(), lower: number(), upper: number() }),
  },
  each(row, _s, p) {
    const given = row.forecasts;
    if (given.time.length > 0) {
      requireNoLeakage(given.made, given.time);
      const n = given.time.length;
      const scale = naiveScale(actualsByTime(given.time, given.actual), p.season);
      const m = measure({
        actual: Array.from(given.actual),
        predicted: Array.from(given.predicted),
        lower: Array.from(given.lower),
        upper: Array.from(given.upper),
        scale: new Array<number>(n).fill(scale),
      });
      return { out: { n, smape: m.smape, mase: m.mase, rmse: m.rmse, mae: m.mae, coverage: m.coverage } };
    }
    const times = row.series.time;
    const r = roll(row.series.value, p, p.origin, p.stride);
    const m = measure(r);
    return {
      out: { n: m.n, smape: m.smape, mase: m.mase, rmse: m.rmse, mae: m.mae, coverage: m.coverage },
      folds: {
        time: r.at.map((i) => times[i] as number),
        step: r.step,
        actual: r.actual,
        predicted: r.predicted,
        lower: r.lower,
        upper: r.upper,
      },
    };
  },
});
