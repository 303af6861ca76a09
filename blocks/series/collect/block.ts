import { defineBlock, f64, field, frame, i32, jsonState, number, same, time, z } from '#blocks/sdk/index.ts';
import { type Collected, keep, take, takeWindow } from './collected.ts';

/** Quality `uncertain:clipped`: rows were left out because the frame was full. */
const CLIPPED = 0x42;

export default defineBlock({
  id: 'series.collect',
  version: '1.0.0',
  title: { en: 'Collect into a table', zh: '收集成表' },
  summary: {
    en: 'Collects rows into one finite table: so many rows, or all rows of a window of event time.',
    zh: '把行收集成一个有限的表：固定行数，或一个事件时间窗口内的全部行。',
  },
  words: { en: 'frame subgroup sample batch table', zh: '帧 子组 样本 批 表' },
  icon: 'table-plus',
  params: z.object({
    mode: field(z.enum(['time', 'count']).default('time'), {
      title: { en: 'A table is', zh: '成表方式' },
      options: { time: { en: 'a window of time', zh: '一个时间窗口' }, count: { en: 'a number of rows', zh: '固定行数' } },
    }),
    seconds: field(z.number().positive().default(60), { title: { en: 'Length of the window', zh: '窗口长度' }, unit: 's' }),
    count: field(z.number().int().min(1).max(100_000).default(5), { title: { en: 'Rows', zh: '行数' } }),
    lateness: field(z.number().min(0).default(0), { title: { en: 'Wait for late rows', zh: '等待迟到数据' }, unit: 's' }),
    idle: field(z.number().min(0).default(5), { title: { en: 'Close when silent for', zh: '静默后关闭' }, unit: 's' }),
    most: field(z.number().int().min(1).max(100_000).default(10_000), { title: { en: 'Most rows waiting', zh: '最多等待行数' } }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number() },
  /** One row a value; the table's own time is the end of its window, or its newest row's. */
  output: frame({ time: time(), value: number(same('value')) }),
  state: {
    newest: f64(Number.NEGATIVE_INFINITY),
    closed: f64(Number.NEGATIVE_INFINITY),
    due: f64(),
    armed: i32(),
    clipped: i32(),
    rows: jsonState<Collected>({ t: [], v: [], q: [] }),
  },
  each(row, s, p, ctx) {
    if (p.mode === 'count') {
      keep(s.rows, row.time, row.value, row.quality, p.count);
      if (s.rows.t.length < p.count) return;
      const full = take(s.rows, p.count);
      ctx.emit({ at: full.time[p.count - 1] as number, quality: full.quality, time: full.time, value: full.value });
      return;
    }
    const width = p.seconds * 1000;
    const end = (Math.floor(row.time / width) + 1) * width;
    if (end <= s.closed) {
      ctx.late();
      return;
    }
    if (row.time > s.newest) {
      s.newest = row.time;
      s.closed = Math.max(s.closed, row.time - p.lateness * 1000);
      // the rest of the window is awaited in the time of arrival, so that history that comes fast is not cut short
      s.due = ctx.now + (end - row.time) + (p.lateness + p.idle) * 1000;
      if (s.armed === 0) {
        s.armed = 1;
        ctx.wakeAt(s.due);
      }
    }
    let done = takeWindow(s.rows, s.closed, width);
    while (done) {
      ctx.emit({
        at: done.end,
        quality: s.clipped ? Math.max(CLIPPED, done.quality) : done.quality,
        time: done.time,
        value: done.value,
      });
      s.clipped = 0;
      done = takeWindow(s.rows, s.closed, width);
    }
    // after closing, so that a full table makes room for the row that closes it
    if (!keep(s.rows, row.time, row.value, row.quality, p.most)) s.clipped = 1;
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      ctx.wakeAt(s.due);
      return;
    }
    s.armed = 0;
    const width = p.seconds * 1000;
    s.closed = Math.max(s.closed, (Math.floor(s.newest / width) + 1) * width);
    let done = takeWindow(s.rows, s.closed, width);
    while (done) {
      ctx.emit({
        at: done.end,
        quality: s.clipped ? Math.max(CLIPPED, done.quality) : done.quality,
        time: done.time,
        value: done.value,
      });
      s.clipped = 0;
      done = takeWindow(s.rows, s.closed, width);
    }
  },
});
