import { defineBlock, f64, f64s, field, i32, integer, jsonState, number, same, z } from '#blocks/sdk/index.ts';
import { addInOrder, type Buffer, dropUntil, statisticsSince } from './sliding.ts';
import { spreadOf, takeValues, valuesSince } from './spread.ts';
import { earliestEnd, openWindow, putWindow, SLOT_CELLS, SLOTS, takeWindow } from './tumbling.ts';

/** Quality `uncertain:clipped`: the window held more values than it may keep. */
const CLIPPED = 0x42;

export default defineBlock({
  id: 'series.window',
  version: '1.0.0',
  title: { en: 'Window statistics', zh: '窗口统计' },
  summary: {
    en: 'Mean, minimum, maximum, standard deviation and count over windows of event time: one after the other, or moving with every row.',
    zh: '按事件时间窗口计算均值、最小值、最大值、标准差和个数：依次窗口或逐行滑动。',
  },
  words: { en: 'average moving rolling tumbling aggregate mean', zh: '平均 滑动 滚动 聚合 均值' },
  icon: 'chart-histogram',
  labels: {
    spread: { en: 'Spread', zh: '分布' },
    quantile: { en: 'Quantile', zh: '分位数' },
    lower: { en: 'Lower confidence limit', zh: '置信下限' },
    upper: { en: 'Upper confidence limit', zh: '置信上限' },
  },
  params: z
    .object({
      mode: field(z.enum(['tumbling', 'sliding']).default('tumbling'), {
        title: { en: 'Windows', zh: '窗口方式' },
        options: {
          tumbling: { en: 'One after the other', zh: '依次（滚动）' },
          sliding: { en: 'Moving with every row', zh: '逐行滑动' },
        },
      }),
      seconds: field(z.number().positive().default(60), { title: { en: 'Length', zh: '长度' }, unit: 's' }),
      lateness: field(z.number().min(0).default(0), {
        title: { en: 'Wait for late rows', zh: '等待迟到数据' },
        unit: 's',
        help: { en: 'At most six window lengths.', zh: '最多为窗口长度的六倍。' },
      }),
      idle: field(z.number().min(0).default(5), {
        title: { en: 'Close when silent for', zh: '静默后关闭' },
        unit: 's',
        help: { en: 'Beyond the end of the window and the lateness.', zh: '在窗口结束和等待时间之后再计。' },
      }),
      most: field(z.number().int().min(2).max(100_000).default(3600), {
        title: { en: 'Most values kept', zh: '最多保留个数' },
        help: { en: 'Of a sliding window, and for quantiles.', zh: '用于滑动窗口和分位数。' },
      }),
      spread: field(z.boolean().default(false), {
        title: { en: 'Quantiles and confidence interval', zh: '分位数与置信区间' },
        help: { en: 'Given at the port “spread”; keeps the values of the window.', zh: '由“分布”端口给出；须保留窗口内的数值。' },
      }),
      quantile: field(z.number().min(0).max(1).default(0.95), { title: { en: 'Quantile', zh: '分位数' } }),
      confidence: field(z.number().gt(0).lt(100).default(95), {
        title: { en: 'Confidence of the interval of the mean', zh: '均值置信区间的置信水平' },
        unit: '%',
      }),
    })
    .refine((p) => p.mode === 'sliding' || p.lateness <= p.seconds * (SLOTS - 2), {
      message: 'the lateness is longer than six windows | 等待时间超过六个窗口长度',
      path: ['lateness'],
    }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number() },
  outputs: {
    out: {
      mean: number(same('value')),
      min: number(same('value')),
      max: number(same('value')),
      sd: number(same('value')),
      count: integer(),
    },
    late: { value: number(same('value')) },
    spread: {
      median: number(same('value')),
      quantile: number(same('value')),
      lower: number(same('value')),
      upper: number(same('value')),
    },
  },
  state: {
    /** Newest event time; and the event time up to which windows are closed. */
    newest: f64(Number.NEGATIVE_INFINITY),
    closed: f64(Number.NEGATIVE_INFINITY),
    /** Entry time at which silence closes the newest window. */
    due: f64(),
    armed: i32(),
    slots: f64s(SLOT_CELLS),
    /** The window that the last row fell into, most often the next one's too; and the earliest end of all, NaN = not known. */
    start: f64(),
    count: f64(),
    mean: f64(),
    squares: f64(),
    least: f64(),
    most: f64(),
    worst: f64(),
    next: f64(Number.NaN),
    buffer: jsonState<Buffer>({ t: [], v: [], q: [] }),
  },
  each(row, s, p, ctx) {
    const width = p.seconds * 1000;
    const lateness = p.lateness * 1000;
    if (p.mode === 'sliding') {
      if (row.time < s.newest - lateness) {
        ctx.late();
        ctx.emit({ late: { value: row.value } });
        return;
      }
      const clipped = addInOrder(s.buffer, row.time, row.value, row.quality, p.most);
      if (row.time < s.newest) return; // counts in the windows to come
      s.newest = row.time;
      dropUntil(s.buffer, row.time - width - lateness);
      const w = statisticsSince(s.buffer, row.time - width);
      const quality = clipped ? Math.max(CLIPPED, w.quality) : w.quality;
      ctx.emit({ out: { time: row.time, quality, mean: w.mean, min: w.min, max: w.max, sd: w.sd, count: w.count } });
      if (p.spread) {
        const values = valuesSince(s.buffer, row.time - width);
        ctx.emit({ spread: spreadOf(row.time, w, values, p.quantile, p.confidence, quality) });
      }
      return;
    }
    const start = Math.floor(row.time / width) * width;
    if (start + width <= s.closed) {
      ctx.late();
      ctx.emit({ late: { value: row.value } });
      return;
    }
    if (s.count === 0 || start !== s.start) {
      putWindow(s.slots, {
        start: s.start,
        count: s.count,
        mean: s.mean,
        squares: s.squares,
        least: s.least,
        most: s.most,
        worst: s.worst,
      });
      const w = openWindow(s.slots, start, row.value);
      s.start = start;
      s.count = w.count;
      s.mean = w.mean;
      s.squares = w.squares;
      s.least = w.least;
      s.most = w.most;
      s.worst = w.worst;
      s.next = Math.min(s.next, start + width);
    }
    const before = s.mean;
    s.count++;
    s.mean = before + (row.value - before) / s.count;
    s.squares += (row.value - before) * (row.value - s.mean);
    if (row.value < s.least) s.least = row.value;
    if (row.value > s.most) s.most = row.value;
    if (row.quality > s.worst) s.worst = row.quality;
    if (row.time > s.newest) {
      s.newest = row.time;
      s.closed = Math.max(s.closed, row.time - lateness);
      // the rest of the window is awaited in the time of arrival, so that history that comes fast is not cut short
      s.due = ctx.now + (start + width - row.time) + lateness + p.idle * 1000;
      if (s.armed === 0) {
        s.armed = 1;
        ctx.wakeAt(s.due);
      }
    }
    if (s.closed < s.next) {
      if (p.spread) addInOrder(s.buffer, row.time, row.value, row.quality, p.most);
      return;
    }
    putWindow(s.slots, {
      start: s.start,
      count: s.count,
      mean: s.mean,
      squares: s.squares,
      least: s.least,
      most: s.most,
      worst: s.worst,
    });
    s.count = 0;
    let w = takeWindow(s.slots, s.closed, width);
    while (w) {
      ctx.emit({
        out: { time: w.start + width, quality: w.quality, mean: w.mean, min: w.min, max: w.max, sd: w.sd, count: w.count },
      });
      if (p.spread) {
        const values = takeValues(s.buffer, w.start, w.start + width);
        ctx.emit({ spread: spreadOf(w.start + width, w, values, p.quantile, p.confidence) });
      }
      w = takeWindow(s.slots, s.closed, width);
    }
    s.next = earliestEnd(s.slots, width);
    // after closing, so that full windows make room for the row that closes them
    if (p.spread) addInOrder(s.buffer, row.time, row.value, row.quality, p.most);
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      ctx.wakeAt(s.due);
      return;
    }
    s.armed = 0;
    const width = p.seconds * 1000;
    s.closed = Math.max(s.closed, (Math.floor(s.newest / width) + 1) * width);
    putWindow(s.slots, {
      start: s.start,
      count: s.count,
      mean: s.mean,
      squares: s.squares,
      least: s.least,
      most: s.most,
      worst: s.worst,
    });
    s.count = 0;
    let w = takeWindow(s.slots, s.closed, width);
    while (w) {
      ctx.emit({
        out: { time: w.start + width, quality: w.quality, mean: w.mean, min: w.min, max: w.max, sd: w.sd, count: w.count },
      });
      if (p.spread) {
        const values = takeValues(s.buffer, w.start, w.start + width);
        ctx.emit({ spread: spreadOf(w.start + width, w, values, p.quantile, p.confidence) });
      }
      w = takeWindow(s.slots, s.closed, width);
    }
    s.next = earliestEnd(s.slots, width);
  },
});
