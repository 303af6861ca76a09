import { defineBlock, field, frame, integer, number, same, text, time, z } from '#blocks/sdk/index.ts';
import { forecastFields } from '../forecast-fields.ts';
import { likeSundays, withoutHolidays } from './calendar.ts';
import { forecast } from './forecast.ts';

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a date as 2026-10-01 | 日期格式为 2026-10-01');

export default defineBlock({
  id: 'learn.forecast',
  version: '1.0.0',
  title: { en: 'Forecast', zh: '预测' },
  summary: {
    en: 'Forecasts a series with its interval: exponential smoothing, Holt–Winters, seasonal naive, Croston; chosen by itself if you like.',
    zh: '预测时间序列并给出区间：指数平滑、Holt–Winters、季节朴素法、Croston；可自动选择。',
  },
  words: {
    en: 'holiday calendar holt winters ets exponential smoothing croston demand seasonal naive',
    zh: '节假日 指数平滑 霍尔特 温特斯 间歇需求 季节',
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
  params: z
    .object({
      ...forecastFields,
      holidays: field(z.array(day).max(1000).default([]), {
        title: { en: 'Holidays', zh: '节假日' },
        help: {
          en: 'Of a series of days with a season of 7: dates that are like Sundays. They are not learned from as what they are.',
          zh: '用于以 7 天为季节的日序列：按周日计的日期，学习时不按其星期采用。',
        },
      }),
      utcOffset: field(z.number().min(-12).max(14).default(8), {
        title: { en: 'Hours ahead of UTC', zh: '与 UTC 的时差' },
        unit: 'h',
      }),
    })
    .refine((p) => p.holidays.length === 0 || p.season === 7, {
      path: ['holidays'],
      message: 'holidays are for days with a season of 7 | 节假日仅用于季节为 7 的日序列',
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
    // the usual distance of two rows: months differ in length, so the middle one
    const gaps = Array.from({ length: n - 1 }, (_, i) => (t[i + 1] as number) - (t[i] as number)).sort((a, b) => a - b);
    const gap = gaps[gaps.length >> 1] as number;
    const last = t[n - 1] as number;
    const calendar = { holidays: p.holidays, utcOffset: p.utcOffset };
    const f =
      p.holidays.length === 0
        ? forecast(row.value, p)
        : likeSundays(
            forecast(withoutHolidays(t, row.value, calendar), { ...p, horizon: p.horizon + 7 }),
            p.horizon,
            last,
            calendar,
          );
    const { mean, lower, upper } = f;
    return {
      out: { step: mean.map((_, h) => h + 1), time: mean.map((_, h) => last + (h + 1) * gap), mean, lower, upper },
      fit: { method: f.method, alpha: f.alpha, beta: f.beta, gamma: f.gamma, phi: f.phi, start: f.start, sd: f.sd },
    };
  },
});
