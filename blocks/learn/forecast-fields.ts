import { field, z } from '#blocks/sdk/index.ts';
import { METHODS } from './forecast/forecast.ts';

/** Parameters that the forecast has and its backtest must have alike. */
export const forecastFields = {
  method: field(z.enum(METHODS).default('auto'), {
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
  }),
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
};
