import { boolean, defineBlock, f64, field, i32, number, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'alarm.raise',
  version: '1.0.0',
  title: { en: 'Alarm', zh: '报警' },
  summary: {
    en: 'Reports an alarm condition with its delays; the platform keeps its life cycle of acknowledge, shelve and return.',
    zh: '上报带延时的报警条件；确认、搁置、恢复等生命周期由平台管理。',
  },
  words: { en: 'alert warning limit condition priority', zh: '警报 告警 条件 优先级' },
  icon: 'bell-exclamation',
  capabilities: ['alarm.raise'],
  reference: 'ISA-18.2 / IEC 62682: on-delay, off-delay, priority',
  params: z.object({
    priority: field(z.number().int().min(1).max(4).default(3), {
      title: { en: 'Priority', zh: '优先级' },
      help: { en: '1 is the most urgent.', zh: '1 为最紧急。' },
    }),
    text: field(z.object({ en: z.string().min(1), zh: z.string().min(1) }), {
      title: { en: 'Message', zh: '报警文本' },
      field: 'bilingual',
    }),
    limit: field(z.number().optional(), { title: { en: 'Limit shown with it', zh: '随附显示的限值' } }),
    onDelay: field(z.number().min(0).default(0), { title: { en: 'On-delay', zh: '触发延时' }, unit: 's' }),
    offDelay: field(z.number().min(0).default(0), { title: { en: 'Off-delay', zh: '恢复延时' }, unit: 's' }),
  }),
  carry: 'none',
  /** A condition of bad quality neither raises nor clears. */
  badQuality: 'skip',
  input: { condition: boolean(), value: number(undefined, { optional: true }) },
  /** One row a change. */
  output: { active: boolean() },
  state: {
    active: i32(),
    /** 1 while the condition differs from `active` and its delay runs. */
    pending: i32(),
    /** Event time since which it differs, and the entry time at which silence counts as agreement. */
    since: f64(),
    due: f64(),
    value: f64(Number.NaN),
  },
  each(row, s, p, ctx) {
    if (row.value !== undefined) s.value = row.value;
    // what held for its delay before this row did hold, also when rows come faster than their time
    if (s.pending === 1 && row.time - s.since >= (s.active === 1 ? p.offDelay : p.onDelay) * 1000) {
      s.pending = 0;
      s.active = 1 - s.active;
      ctx.alarm({
        active: s.active === 1,
        priority: p.priority,
        message: p.text,
        value: Number.isNaN(s.value) ? undefined : s.value,
        limit: p.limit,
      });
      ctx.emit({ time: row.time, active: s.active === 1 });
    }
    if (row.condition === (s.active === 1)) {
      s.pending = 0;
      return;
    }
    if (s.pending === 1) return;
    const delay = (s.active === 1 ? p.offDelay : p.onDelay) * 1000;
    if (delay > 0) {
      s.pending = 1;
      s.since = row.time;
      s.due = ctx.now + delay;
      ctx.wakeAt(s.due);
      return;
    }
    s.active = 1 - s.active;
    ctx.alarm({
      active: s.active === 1,
      priority: p.priority,
      message: p.text,
      value: Number.isNaN(s.value) ? undefined : s.value,
      limit: p.limit,
    });
    ctx.emit({ time: row.time, active: s.active === 1 });
  },
  onTimer(s, p, ctx) {
    if (s.pending === 0) return;
    if (ctx.now < s.due) {
      ctx.wakeAt(s.due);
      return;
    }
    s.pending = 0;
    s.active = 1 - s.active;
    ctx.alarm({
      active: s.active === 1,
      priority: p.priority,
      message: p.text,
      value: Number.isNaN(s.value) ? undefined : s.value,
      limit: p.limit,
    });
    return { active: s.active === 1 };
  },
});
