import { defineBlock, f64, field, i32, integer, jsonState, number, same, z } from '#blocks/sdk/index.ts';
import { add, end, none, type Session } from './open.ts';
import { release, type Waiting, wait } from './waiting.ts';

export default defineBlock({
  id: 'series.session',
  version: '1.0.0',
  title: { en: 'Session statistics', zh: '会话窗口统计' },
  summary: {
    en: 'Mean, minimum, maximum, standard deviation, count and length of runs of rows that a pause ends: a machine cycle, a batch, a visit.',
    zh: '对由停顿分隔的连续数据段（如一个加工循环、一个批次）计算均值、最小值、最大值、标准差、个数和时长。',
  },
  words: { en: 'session gap pause cycle run window', zh: '会话 间隔 停顿 循环 窗口' },
  icon: 'chart-histogram',
  params: z.object({
    gap: field(z.number().positive().default(30), { title: { en: 'Pause that ends it', zh: '结束间隔' }, unit: 's' }),
    lateness: field(z.number().min(0).default(0), { title: { en: 'Wait for late rows', zh: '等待迟到数据' }, unit: 's' }),
    idle: field(z.number().min(0).default(5), {
      title: { en: 'Close when silent for', zh: '静默后关闭' },
      unit: 's',
      help: { en: 'Beyond the pause and the lateness.', zh: '在间隔和等待时间之后再计。' },
    }),
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
      seconds: number('s'),
    },
    late: { value: number(same('value')) },
  },
  state: {
    /** Newest event time; and the last time of a session that silence closed. */
    newest: f64(Number.NEGATIVE_INFINITY),
    done: f64(Number.NEGATIVE_INFINITY),
    /** Entry time at which silence closes the session. */
    due: f64(),
    armed: i32(),
    waiting: jsonState<Waiting>({ t: [], v: [], q: [] }),
    session: jsonState<Session>(none),
  },
  stateVersion: 2,
  /** Version 1 kept the session in fields of its own. Its timer is not kept: the next row sets one. */
  migrate: (_from, old) => ({
    newest: Number(old.newest),
    done: Number(old.done),
    due: Number(old.due),
    armed: 0,
    waiting: old.waiting as Waiting,
    session: {
      start: Number(old.start),
      last: Number(old.last),
      count: Number(old.count),
      mean: Number(old.mean),
      squares: Number(old.squares),
      least: Number(old.least),
      most: Number(old.most),
      worst: Number(old.worst),
    },
  }),
  each(row, s, p, ctx) {
    const gap = p.gap * 1000;
    const lateness = p.lateness * 1000;
    if (row.time < s.newest - lateness || row.time <= s.done) {
      ctx.late();
      ctx.emit({ late: { value: row.value } });
      return;
    }
    wait(s.waiting, row.time, row.value, row.quality);
    s.newest = Math.max(s.newest, row.time);
    s.due = ctx.now + gap + lateness + p.idle * 1000;
    if (s.armed === 0) {
      s.armed = 1;
      ctx.wakeAt(s.due);
    }
    for (const done of add(s.session, release(s.waiting, s.newest - lateness), gap)) ctx.emit({ out: done });
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      ctx.wakeAt(s.due);
      return;
    }
    s.armed = 0;
    const ended = add(s.session, release(s.waiting, Number.POSITIVE_INFINITY), p.gap * 1000);
    const open = end(s.session);
    for (const done of open ? [...ended, open] : ended) ctx.emit({ out: done });
    s.done = s.session.last;
  },
});
