import { boolean, defineBlock, f64, field, i32, number, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.timer',
  version: '1.0.0',
  title: { en: 'On and off delay', zh: '接通与断开延时' },
  summary: {
    en: 'Switches on when the condition has held for the on delay, and off when it has not held for the off delay.',
    zh: '条件持续满足接通延时后接通，持续不满足断开延时后断开。',
  },
  words: { en: 'TON TOF timer delay debounce chatter', zh: '定时器 延时 去抖 TON TOF' },
  icon: 'clock-pause',
  reference: 'IEC 61131-3 (TON, TOF)',
  labels: { seconds: { en: 'Time since the change', zh: '距上次变化的时间' } },
  params: z.object({
    onDelay: field(z.number().min(0).default(0), { title: { en: 'On delay', zh: '接通延时' }, unit: 's' }),
    offDelay: field(z.number().min(0).default(0), { title: { en: 'Off delay', zh: '断开延时' }, unit: 's' }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { on: boolean() },
  output: { on: boolean(), seconds: number('s') },
  state: {
    /** 1 on, 0 off, −1 before the first row; the condition of the newest row, and since when it has been so. */
    given: i32(-1),
    asked: i32(-1),
    since: f64(),
    newest: f64(Number.NEGATIVE_INFINITY),
    due: f64(Number.POSITIVE_INFINITY),
  },
  each(row, s, p, ctx) {
    if (row.time < s.newest) {
      ctx.late();
      return;
    }
    const asked = row.on ? 1 : 0;
    // a delay that ran out between two rows is given at its own time
    const delay = (s.asked === 1 ? p.onDelay : p.offDelay) * 1000;
    if (s.given >= 0 && s.given !== s.asked && s.since + delay <= row.time) {
      s.given = s.asked;
      ctx.emit({ time: s.since + delay, on: s.given === 1, seconds: delay / 1000 });
    }
    s.newest = row.time;
    if (s.given < 0) s.given = 0;
    if (asked !== s.asked) {
      s.asked = asked;
      s.since = row.time;
    }
    const wait = s.since + (asked === 1 ? p.onDelay : p.offDelay) * 1000 - row.time;
    if (wait <= 0) s.given = asked;
    ctx.emit({ time: row.time, on: s.given === 1, seconds: (row.time - s.since) / 1000 });
    s.due = s.given === asked ? Number.POSITIVE_INFINITY : ctx.now + wait;
    if (s.due < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      if (s.due < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
      return;
    }
    const delay = (s.asked === 1 ? p.onDelay : p.offDelay) * 1000;
    s.given = s.asked;
    s.due = Number.POSITIVE_INFINITY;
    s.newest = Math.max(s.newest, s.since + delay);
    ctx.emit({ time: s.since + delay, on: s.given === 1, seconds: delay / 1000 });
  },
});
