import { defineBlock, field, frame, integer, number, same, text, time, z } from '#blocks/sdk/index.ts';
import { forecast } from './forecast.ts';

export default defineBlock({
  id: 'learn.forecast',
  version: '1.0.0',
  title: { en: 'Forecast', zh: '预测' },
  summary: {
    en: 'Forecasts a series with its interval: exponential smoothing, Holt–Winters, seasonal naive, Croston; chosen by itself if you like.',
    zh: '预测时间序列并给出区间：指数平滑、Holt–Winters、季节朴素法、Croston；可自动选择。',
  },
  words: {
    en: 'holt winters ets exponential smoothing croston demand seasonal naive',
    zh: '指数平滑 霍尔特 温特斯 间歇需求 季节',
  },
  icon: 'chart-arrows-vertical',
  reference: 'Hyndman & Athanasopoulos, Forecasting: Principles and Practice; Winters 1960; Croston 1972; Syntetos & Boylan 2005',
  labels: {
    fit: { en: 'Model', zh: '模型' },
    step: { en: 'Step ahead', zh: '步数' },
    method: { en: 'Method', zh: '方法' },
    alpha: { en: 'Weight α', zh: '权重 α' },
    beta: { en: 'Weight β', zh: '权重 β' },
    gamma: { en: 'Weight γ', zh: '权重 γ' },
    phi: { en: 'Damping φ', zh: '阻尼 φ' },
    start: { en: 'Level at the start', zh: '初始水平' },
  },
  params: z.object({
    method: field(
      z
        .enum([
          'auto',
          'level',
          'trend',
          'damped',
          'winters-additive',
          'winters-multiplicative',
          'seasonal-naive',
          'croston',
          'sba',
        ])
        .default('auto'),
      {
        title: { en: 'Method', zh: '方法' },
        options: {
          auto: { en: 'Choose by itself', zh: '自动选择' },
          level: { en: 'Level (simple smoothing)', zh: '水平（简单指数平滑）' },
          trend: { en: 'Trend (Holt)', zh: '趋势（Holt）' },
          damped: { en: 'Damped trend', zh: '阻尼趋势' },
          'winters-additive': { en: 'Holt–Winters, additive', zh: 'Holt–Winters 加法' },
          'winters-multiplicative': { en: 'Holt–Winters, multiplicative', zh: 'Holt–Winters 乘法' },
          'seasonal-naive': { en: 'As one season ago', zh: '季节朴素法' },
          croston: { en: 'Croston (intermittent demand)', zh: 'Croston（间歇需求）' },
          sba: { en: 'Croston, bias corrected', zh: 'Croston–SBA（偏差修正）' },
        },
      },
    ),
    season: field(z.number().int().min(1).max(2000).default(12), {
      title: { en: 'Steps of a season', zh: '季节长度（步）' },
      help: { en: '1: no season.', zh: '1 表示无季节。' },
    }),
    horizon: field(z.number().int().min(1).max(2000).default(12), { title: { en: 'Steps ahead', zh: '预测步数' } }),
    level: field(z.number().gt(0).lt(100).default(95), { title: { en: 'Interval holds', zh: '区间置信度' }, unit: '%' }),
    alpha: field(z.number().min(0).max(1).optional(), {
      title: { en: 'Weight of the level α', zh: '水平权重 α' },
      help: { en: 'Empty: chosen by the data.', zh: '留空：由数据确定。' },
    }),
    beta: field(z.number().min(0).max(1).optional(), { title: { en: 'Weight of the trend β', zh: '趋势权重 β' } }),
    gamma: field(z.number().min(0).max(1).optional(), { title: { en: 'Weight of the season γ', zh: '季节权重 γ' } }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({ time: time(), value: number() }),
  outputs: {
    out: frame({
      step: integer(),
      time: time(),
      mean: number(same('value')),
      lower: number(same('value')),
      upper: number(same('value')),
    }),
    fit: {
      method: text(),
      alpha: number('1', { optional: true }),
      beta: number('1', { optional: true }),
      gamma: number('1', { optional: true }),
      phi: number('1', { optional: true }),
      start: number(same('value'), { optional: true }),
      sd: number(same('value'), { optional: true }),
    },
  },
  each(row, _s, p) {
    const t = row.time;
    const n = t.length;
    for (let i = 1; i < n; i++)
      if (!((t[i] as number) > (t[i - 1] as number))) throw new RangeError(`row ${i + 1} is not later than the row before`);
    const f = forecast(row.value, p);
    // the usual distance of two rows: months differ in length, so the middle one
    const gaps = Array.from({ length: n - 1 }, (_, i) => (t[i + 1] as number) - (t[i] as number)).sort((a, b) => a - b);
    const gap = gaps[gaps.length >> 1] as number;
    const last = t[n - 1] as number;
    const { mean, lower, upper } = f;
    return {
      out: { step: mean.map((_, h) => h + 1), time: mean.map((_, h) => last + (h + 1) * gap), mean, lower, upper },
      fit: { method: f.method, alpha: f.alpha, beta: f.beta, gamma: f.gamma, phi: f.phi, start: f.start, sd: f.sd },
    };
  },
});
