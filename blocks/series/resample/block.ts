import { defineBlock, f64, field, i32, number, same, z } from '#blocks/sdk/index.ts';

/** Quality `uncertain:substituted`: less than half of the step is known. */
const SPARSE = 0x44;

export default defineBlock({
  id: 'series.resample',
  version: '1.0.0',
  title: { en: 'Resample', zh: '重采样' },
  summary: {
    en: 'Puts a signal on a regular grid of time: time-weighted mean, last value, sum, or straight line between samples.',
    zh: '把信号整理到等间隔时间网格：时间加权平均、末值、求和或线性插值。',
  },
  words: {
    en: 'grid regular interpolate downsample average time-weighted equidistant',
    zh: '等间隔 插值 降采样 时间加权 平均 网格',
  },
  icon: 'chart-grid-dots',
  reference: 'OPC 10000-13 (TimeAverage, TimeAverage2, Interpolative, Total)',
  labels: { cover: { en: 'Known share of the step', zh: '步长内有数据的比例' } },
  params: z
    .object({
      step: field(z.number().positive().default(60), { title: { en: 'Step', zh: '步长' }, unit: 's' }),
      method: field(z.enum(['mean', 'last', 'sum', 'linear']).default('mean'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          mean: { en: 'Time-weighted mean of the step', zh: '步长内的时间加权平均' },
          last: { en: 'Last value at the end of the step', zh: '步长末的最新值' },
          sum: { en: 'Sum of the values in the step', zh: '步长内各值之和' },
          linear: { en: 'Straight line at the end of the step', zh: '步长末的线性插值' },
        },
      }),
      between: field(z.enum(['hold', 'line']).default('hold'), {
        title: { en: 'Between two samples the mean', zh: '两样本之间（求平均时）' },
        options: {
          hold: { en: 'holds the older one', zh: '保持前值' },
          line: { en: 'follows the straight line', zh: '按直线变化' },
        },
      }),
      gap: field(z.number().positive().default(300), {
        title: { en: 'Longest gap bridged', zh: '可跨越的最长中断' },
        unit: 's',
        help: { en: 'A sample holds at most this long; no line spans more.', zh: '样本最多保持此时长；插值不跨越更长的间隔。' },
      }),
      idle: field(z.number().min(0).default(5), {
        title: { en: 'Close when silent for', zh: '静默后关闭' },
        unit: 's',
        help: {
          en: 'Beyond the end of the step; straight lines wait for the next sample.',
          zh: '自步长结束后再计；直线方式须等待下一个样本。',
        },
      }),
    })
    .refine((p) => p.gap / p.step <= 100_000, {
      path: ['gap'],
      message: 'the gap is longer than 100,000 steps | 中断长度超过 100 000 个步长',
    }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number() },
  output: { value: number(same('value')), cover: number('1') },
  state: {
    at: f64(Number.NEGATIVE_INFINITY),
    value: f64(),
    worst: f64(),
    /** End of the open step; up to where the signal is put into steps. */
    end: f64(),
    done: f64(Number.NEGATIVE_INFINITY),
    area: f64(),
    known: f64(),
    sum: f64(),
    count: f64(),
    /** Worst quality of what is in the open step. */
    mark: f64(),
    due: f64(),
    armed: i32(),
  },
  each(row, s, p, ctx) {
    if (row.time < s.at || row.time < s.done) {
      ctx.late();
      return;
    }
    const step = p.step * 1000;
    const gap = p.gap * 1000;
    if (s.at === Number.NEGATIVE_INFINITY) {
      s.end = Math.ceil(row.time / step) * step;
      if (p.method === 'mean' || p.method === 'sum') s.end = (Math.floor(row.time / step) + 1) * step;
    } else {
      const span = row.time - s.at;
      const slope = span > 0 ? (row.value - s.value) / span : 0;
      const bridged = span <= gap;
      // the part of this stretch where something is known
      const until = p.method === 'mean' && p.between === 'line' ? (bridged ? row.time : s.at) : Math.min(row.time, s.at + gap);
      let from = Math.max(s.at, s.done);
      while (s.end <= row.time) {
        const to = Math.min(s.end, until);
        if (p.method === 'mean') {
          if (to > from) {
            const middle = p.between === 'line' ? s.value + slope * ((from + to) / 2 - s.at) : s.value;
            s.area += middle * (to - from);
            s.known += to - from;
            s.mark = Math.max(s.mark, s.worst, p.between === 'line' ? row.quality : 0);
          }
          if (s.known > 0)
            ctx.emit({
              time: s.end,
              quality: Math.max(s.mark, s.known < step / 2 ? SPARSE : 0),
              value: s.area / s.known,
              cover: s.known / step,
            });
        } else if (p.method === 'sum') {
          if (s.count > 0) ctx.emit({ time: s.end, quality: s.mark, value: s.sum, cover: 1 });
        } else if (s.end === row.time) ctx.emit({ time: s.end, quality: row.quality, value: row.value, cover: 1 });
        else if (p.method === 'last') {
          if (s.end - s.at <= gap) ctx.emit({ time: s.end, quality: s.worst, value: s.value, cover: 1 });
        } else if (bridged)
          ctx.emit({
            time: s.end,
            quality: Math.max(s.worst, row.quality),
            value: s.value + slope * (s.end - s.at),
            cover: 1,
          });
        from = Math.max(from, Math.min(s.end, row.time));
        s.area = 0;
        s.known = 0;
        s.sum = 0;
        s.count = 0;
        s.mark = 0;
        s.end += step;
        // nothing is known in the steps of a long gap
        if (s.end < row.time && s.end - step >= until) s.end = Math.max(s.end, Math.floor(row.time / step) * step);
      }
      const to = Math.min(row.time, until);
      if (p.method === 'mean' && to > from) {
        const middle = p.between === 'line' ? s.value + slope * ((from + to) / 2 - s.at) : s.value;
        s.area += middle * (to - from);
        s.known += to - from;
        s.mark = Math.max(s.mark, s.worst, p.between === 'line' ? row.quality : 0);
      }
    }
    if (s.at === Number.NEGATIVE_INFINITY && s.end === row.time) {
      ctx.emit({ time: row.time, quality: row.quality, value: row.value, cover: 1 });
      s.end += step;
    }
    s.at = row.time;
    s.value = row.value;
    s.worst = row.quality;
    s.sum += row.value;
    s.count++;
    if (p.method === 'sum') s.mark = Math.max(s.mark, row.quality);
    s.due = ctx.now + (s.end - row.time) + p.idle * 1000;
    if (s.armed === 0) {
      s.armed = 1;
      ctx.wakeAt(s.due);
    }
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      ctx.wakeAt(s.due);
      return;
    }
    s.armed = 0;
    const step = p.step * 1000;
    const limit = s.at + p.gap * 1000;
    const from = Math.max(s.at, s.done);
    const to = Math.min(s.end, limit);
    if (p.method === 'linear' || (p.method === 'mean' && p.between === 'line')) return; // the next sample decides
    if (p.method === 'mean') {
      if (to > from) {
        s.area += s.value * (to - from);
        s.known += to - from;
        s.mark = Math.max(s.mark, s.worst);
      }
      if (s.known > 0)
        ctx.emit({
          time: s.end,
          quality: Math.max(s.mark, s.known < step / 2 ? SPARSE : 0),
          value: s.area / s.known,
          cover: s.known / step,
        });
    } else if (p.method === 'sum') {
      if (s.count > 0) ctx.emit({ time: s.end, quality: s.mark, value: s.sum, cover: 1 });
    } else if (s.end <= limit) ctx.emit({ time: s.end, quality: s.worst, value: s.value, cover: 1 });
    s.area = 0;
    s.known = 0;
    s.sum = 0;
    s.count = 0;
    s.mark = 0;
    s.done = s.end;
    s.end += step;
    if (p.method === 'sum' || s.end - step >= limit) return;
    s.armed = 1;
    s.due += step;
    ctx.wakeAt(s.due);
  },
});
