import { defineBlock, expression, f64, field, jsonState, number, text, z } from '#blocks/sdk/index.ts';
import { dueTimeout, fired, nextTimeout } from './machine.ts';

const stateName = z.string().min(1).max(60);

export default defineBlock({
  id: 'transform.state',
  version: '1.0.0',
  title: { en: 'State machine', zh: '状态机' },
  summary: {
    en: 'Goes from state to state by conditions over the row and by timeouts; gives the state with every row and an event with every transition.',
    zh: '按行上的条件和超时在状态间转换；每行给出当前状态，每次转换给出事件。',
  },
  words: { en: 'transition timeout dwell mode phase sequence automaton', zh: '转换 超时 停留 模式 时序 状态' },
  icon: 'circuit-switch-open',
  reference: 'ISA-TR88.00.02 (PackML); IEC 61131-3 (TON)',
  labels: {
    transition: { en: 'Transitions', zh: '状态转换' },
    seconds: { en: 'Time in the state', zh: '状态停留时间' },
    cause: { en: 'Cause', zh: '起因' },
    from: { en: 'From', zh: '原状态' },
    to: { en: 'To', zh: '新状态' },
  },
  params: z
    .object({
      initial: field(stateName, { title: { en: 'First state', zh: '初始状态' } }),
      transitions: field(
        z
          .array(
            z
              .object({
                from: stateName,
                to: stateName,
                when: expression<boolean>({ title: { en: 'When', zh: '条件' } }).optional(),
                after: z.number().positive().optional(),
              })
              .refine((t) => t.when !== undefined || t.after !== undefined, {
                message:
                  "give a condition ('when'), a time in seconds ('after') or both | 请给出条件 when、时间 after（秒）或两者",
              }),
          )
          .min(1)
          .max(200),
        {
          title: { en: 'Transitions', zh: '转换规则' },
          help: {
            en: 'The first that fits is taken; from * is any state. Only after: a timeout. Both: the condition counts after that time.',
            zh: '按顺序取第一条满足的；from 为 * 表示任意状态。仅有 after：超时。两者都有：停留满该时间后条件才有效。',
          },
        },
      ),
    })
    .refine((p) => p.transitions.some((t) => t.from === p.initial || t.from === '*'), {
      path: ['initial'],
      message: 'no transition leaves the first state | 没有任何转换离开初始状态',
    }),
  carry: 'none',
  badQuality: 'skip',
  input: {},
  outputs: {
    out: { state: text(), seconds: number('s') },
    transition: { from: text(), to: text(), seconds: number('s'), cause: text() },
  },
  state: {
    current: jsonState(''),
    since: f64(),
    /** Newest event time; entry time at which it came; entry time at which a timeout is due. */
    newest: f64(Number.NEGATIVE_INFINITY),
    seen: f64(),
    due: f64(Number.POSITIVE_INFINITY),
  },
  each(row, s, p, ctx) {
    if (row.time < s.newest) {
      ctx.late();
      return;
    }
    s.newest = row.time;
    s.seen = ctx.now;
    if (s.current === '') {
      s.current = p.initial;
      s.since = row.time;
    }
    let out = dueTimeout(p.transitions, s.current, s.since, row.time);
    while (out) {
      ctx.emit({
        transition: { time: out.at, from: s.current, to: out.to, seconds: (out.at - s.since) / 1000, cause: 'timeout' },
      });
      s.current = out.to;
      s.since = out.at;
      out = dueTimeout(p.transitions, s.current, s.since, row.time);
    }
    const to = fired(p.transitions, s.current, row.time - s.since, row);
    if (to !== undefined) {
      ctx.emit({
        transition: { time: row.time, from: s.current, to, seconds: (row.time - s.since) / 1000, cause: 'condition' },
      });
      s.current = to;
      s.since = row.time;
    }
    ctx.emit({ out: { time: row.time, state: s.current, seconds: (row.time - s.since) / 1000 } });
    const next = nextTimeout(p.transitions, s.current, s.since);
    s.due = ctx.now + (next - row.time);
    if (next < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      if (s.due < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
      return;
    }
    // the plant's time goes on as fast as the log's while nothing comes
    const now = s.newest + (ctx.now - s.seen);
    let out = dueTimeout(p.transitions, s.current, s.since, now);
    while (out) {
      ctx.emit({
        transition: { time: out.at, from: s.current, to: out.to, seconds: (out.at - s.since) / 1000, cause: 'timeout' },
      });
      ctx.emit({ out: { time: out.at, state: out.to, seconds: 0 } });
      s.current = out.to;
      s.since = out.at;
      s.newest = Math.max(s.newest, out.at);
      s.seen = ctx.now - (now - s.newest);
      out = dueTimeout(p.transitions, s.current, s.since, now);
    }
    const next = nextTimeout(p.transitions, s.current, s.since);
    s.due = ctx.now + (next - now);
    if (next < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
  },
});
