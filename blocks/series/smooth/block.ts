import { defineBlock, f64, f64s, field, i32, number, same, sizeOf, z } from '#blocks/sdk/index.ts';
import { weights } from './savitzky-golay.ts';

export default defineBlock({
  id: 'series.smooth',
  version: '1.0.0',
  title: { en: 'Smooth', zh: '滤波平滑' },
  summary: {
    en: 'Takes noise out of a signal: running median, exponential filter, Savitzky–Golay, or a dead band.',
    zh: '去除信号噪声：滑动中值、指数滤波、Savitzky–Golay 滤波或死区。',
  },
  words: { en: 'filter noise median savitzky golay dead band exponential lag', zh: '滤波 去噪 中值 指数 死区 平滑' },
  icon: 'wave-saw-tool',
  reference: 'Savitzky & Golay 1964; Steinier et al. 1972; Tukey 1977',
  params: z
    .object({
      method: field(z.enum(['median', 'exponential', 'savitzky-golay', 'dead-band']).default('median'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          median: { en: 'Median of the last values', zh: '最近若干值的中值' },
          exponential: { en: 'Exponential with a time constant', zh: '按时间常数的指数滤波' },
          'savitzky-golay': { en: 'Savitzky–Golay', zh: 'Savitzky–Golay 多项式' },
          'dead-band': { en: 'Only when it has moved', zh: '死区：变化足够才输出' },
        },
      }),
      points: field(z.number().int().min(3).max(201).default(5), {
        title: { en: 'Values', zh: '点数' },
        help: { en: 'Odd. Median and Savitzky–Golay.', zh: '奇数；用于中值和 Savitzky–Golay。' },
      }),
      order: field(z.number().int().min(0).max(6).default(2), {
        title: { en: 'Degree of the polynomial', zh: '多项式次数' },
        help: { en: 'Savitzky–Golay.', zh: '用于 Savitzky–Golay。' },
      }),
      tau: field(z.number().positive().default(10), {
        title: { en: 'Time constant', zh: '时间常数' },
        unit: 's',
        help: {
          en: 'Exponential: after it 63 % of a step has come through.',
          zh: '用于指数滤波：经过该时间，阶跃响应达到 63 %。',
        },
      }),
      band: field(z.number().min(0).default(1), {
        title: { en: 'Dead band', zh: '死区宽度' },
        help: { en: 'In the unit of the value.', zh: '单位同数值。' },
      }),
    })
    .refine((p) => p.points % 2 === 1, { path: ['points'], message: 'an odd number has a middle | 须为奇数，才有中点' })
    .refine((p) => p.method !== 'savitzky-golay' || p.order < p.points, {
      path: ['order'],
      message: 'the degree is not below the number of values | 次数须小于点数',
    }),
  badQuality: 'skip',
  input: { value: number() },
  output: { value: number(same('value')) },
  state: {
    n: i32(),
    last: f64(Number.NaN),
    newest: f64(Number.NEGATIVE_INFINITY),
    values: f64s(sizeOf('points')),
    times: f64s(sizeOf('points')),
    marks: f64s(sizeOf('points')),
    sorted: f64s(sizeOf('points')),
  },
  each(row, s, p, ctx) {
    if (row.time < s.newest) {
      ctx.late();
      return;
    }
    const pause = row.time - s.newest;
    s.newest = row.time;
    if (p.method === 'dead-band') {
      if (Math.abs(row.value - s.last) <= p.band) return;
      s.last = row.value;
      return { value: row.value };
    }
    if (p.method === 'exponential') {
      s.last = Number.isNaN(s.last) ? row.value : row.value + (s.last - row.value) * Math.exp(-pause / (p.tau * 1000));
      return { value: s.last };
    }
    const at = s.n % p.points;
    s.values[at] = row.value;
    s.times[at] = row.time;
    s.marks[at] = row.quality;
    s.n++;
    const have = Math.min(s.n, p.points);
    let worst = 0;
    for (let j = 0; j < have; j++) worst = Math.max(worst, s.marks[j]);
    if (p.method === 'median') {
      for (let j = 0; j < have; j++) {
        const v = s.values[j];
        let k = j;
        while (k > 0 && s.sorted[k - 1] > v) {
          s.sorted[k] = s.sorted[k - 1];
          k--;
        }
        s.sorted[k] = v;
      }
      const middle = have >> 1;
      return { quality: worst, value: have % 2 === 1 ? s.sorted[middle] : (s.sorted[middle - 1] + s.sorted[middle]) / 2 };
    }
    if (s.n < p.points) return;
    const w = weights(p.points, p.order);
    let sum = 0;
    // n − points is the oldest of the ring
    for (let j = 0; j < p.points; j++) sum += (w[j] as number) * s.values[(s.n + j) % p.points];
    return { time: s.times[(s.n + (p.points - 1) / 2) % p.points], quality: worst, value: sum };
  },
});
