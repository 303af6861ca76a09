import { defineBlock, f64, field, number, per, same, times, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.derive',
  version: '1.0.0',
  title: { en: 'Rate and integral', zh: '变化率与积分' },
  summary: {
    en: 'The rate of change of a signal, and its integral over time by the trapezoidal rule; an input resets the integral.',
    zh: '计算信号的变化率及其对时间的梯形积分；可由输入端复位积分。',
  },
  words: { en: 'derivative slope rate integral trapezoid totalizer energy from power', zh: '导数 斜率 变化率 积分 梯形 累积' },
  icon: 'math-integral',
  reference: 'Abramowitz & Stegun 25.3.1 (differences), 25.4.1 (trapezoidal rule)',
  labels: {
    in: { en: 'Signal', zh: '信号' },
    reset: { en: 'Reset the integral', zh: '积分复位' },
    rate: { en: 'Rate per second', zh: '每秒变化率' },
    integral: { en: 'Integral over seconds', zh: '对秒的积分' },
  },
  params: z.object({
    gap: field(z.number().positive().default(300), {
      title: { en: 'Longest gap bridged', zh: '可跨越的最长中断' },
      unit: 's',
      help: { en: 'Over a longer one nothing is integrated and there is no rate.', zh: '更长的中断既不积分，也不给出变化率。' },
    }),
    over: field(z.number().min(0).default(0), {
      title: { en: 'Rate over at least', zh: '变化率的最短时距' },
      unit: 's',
      help: { en: '0: between two rows. A longer time gives a calmer rate.', zh: '0：相邻两行之间。时距越长越平稳。' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { in: { value: number() }, reset: {} },
  optionalInputs: ['reset'],
  output: { value: number(same('in.value')), rate: number(per('in.value', 's')), integral: number(times('in.value', 's')) },
  state: {
    at: f64(Number.NEGATIVE_INFINITY),
    value: f64(),
    worst: f64(),
    integral: f64(),
    /** Where the rate is measured from, and the newest rate. */
    base: f64(Number.NEGATIVE_INFINITY),
    baseValue: f64(),
    rate: f64(Number.NaN),
  },
  on: {
    in(row, s, p, ctx) {
      if (row.time < s.at) {
        ctx.late();
        return;
      }
      const pause = (row.time - s.at) / 1000;
      if (pause <= p.gap) {
        s.integral += ((s.value + row.value) / 2) * pause;
        const seconds = (row.time - s.base) / 1000;
        if (seconds > 0 && seconds >= p.over) {
          s.rate = (row.value - s.baseValue) / seconds;
          s.base = row.time;
          s.baseValue = row.value;
        }
      } else {
        s.rate = Number.NaN;
        s.base = row.time;
        s.baseValue = row.value;
      }
      const quality = pause <= p.gap ? Math.max(row.quality, s.worst) : row.quality;
      s.at = row.time;
      s.value = row.value;
      s.worst = row.quality;
      return { quality, value: row.value, rate: s.rate, integral: s.integral };
    },
    reset(_row, s) {
      s.integral = 0;
    },
  },
});
