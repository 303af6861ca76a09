import { boolean, defineBlock, f64, field, i32, number, role, text, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'control.watchdog',
  version: '1.0.0',
  title: { en: 'Watchdog', zh: '心跳监视' },
  summary: {
    en: 'Gives the device a sign of life that stops with the app, and tells when the device’s own heartbeat is missing.',
    zh: '向设备发送心跳，应用停止则心跳停止；并在设备自身心跳缺失时给出通知。',
  },
  words: { en: 'heartbeat alive life bit communication loss fallback fail-safe', zh: '心跳 生命位 通信中断 失效安全 看门狗' },
  icon: 'heartbeat',
  capabilities: ['command.send'],
  reference: 'IEC 61784-3 (watchdog time of a safety communication layer); IEC 61131-3 practice of life counters',
  labels: {
    lost: { en: 'Device lost', zh: '设备失联' },
    silent: { en: 'Without a heartbeat for', zh: '无心跳时间' },
    beat: { en: 'Sign of life', zh: '心跳' },
    hold: { en: 'Hold', zh: '保持动作' },
  },
  params: z.object({
    role: role({
      title: { en: 'Tag role that takes the sign of life', zh: '接收心跳的测点角色' },
      help: {
        en: 'The device must fall back by itself when this stands still. Empty: only listen.',
        zh: '该值停止变化时，设备须自行进入安全状态。留空则只监听。',
      },
    }).optional(),
    period: field(z.number().min(0.5).max(3_600).default(1), { title: { en: 'Sent every', zh: '发送周期' }, unit: 's' }),
    highest: field(z.number().int().min(1).max(65_535).default(255), {
      title: { en: 'Counts up to', zh: '计数上限' },
      help: { en: 'Then from 0 again. 1 is a toggling bit.', zh: '之后从 0 开始；1 即交替位。' },
    }),
    limit: field(z.number().positive().max(86_400).default(5), {
      title: { en: 'Device is lost after', zh: '判定失联时间' },
      unit: 's',
      help: {
        en: 'Its heartbeat must change within this time: one that stands still is as dead as one that is silent.',
        zh: '设备心跳须在此时间内变化；停滞与无信号同样视为失联。',
      },
    }),
    hold: field(z.number().optional(), {
      title: { en: 'Command when it is lost', zh: '失联时的指令' },
      help: { en: 'Given once at the port “hold”, for another machine.', zh: '由“保持动作”端口给出一次，供其他设备使用。' },
    }),
  }),
  carry: 'none',
  /** A heartbeat of bad quality is none. */
  badQuality: 'skip',
  input: { value: number() },
  outputs: {
    out: { lost: boolean(), silent: number('s'), reason: text() },
    beat: { ok: boolean(), reason: text() },
    hold: { value: number() },
  },
  state: {
    begun: i32(),
    last: f64(Number.NaN),
    /** When the device was heard last, and when it last said something new. */
    heard: f64(),
    changed: f64(),
    lost: i32(),
    count: i32(),
    /** 1 while a sign of life is not answered; 1 or 0 how the last ended, −1 none yet. */
    open: i32(),
    went: i32(-1),
    next: f64(Number.POSITIVE_INFINITY),
  },
  each(row, s, p, ctx) {
    s.heard = ctx.now;
    const changed = !(row.value === s.last);
    s.last = row.value;
    if (s.begun === 0) {
      s.begun = 1;
      s.changed = ctx.now;
      if (p.role !== undefined) {
        s.open = 1;
        s.next = ctx.now + p.period * 1000;
        ctx.effect('watchdog.beat', { role: p.role, value: 0, deadline: p.period });
      }
      ctx.wakeAt(Math.min(s.next, s.changed + p.limit * 1000));
      return;
    }
    if (!changed) return;
    s.changed = ctx.now;
    if (s.lost === 0) return;
    s.lost = 0;
    ctx.wakeAt(Math.min(s.next, s.changed + p.limit * 1000));
    return { out: { lost: false, silent: 0, reason: '' } };
  },
  onTimer(s, p, ctx) {
    if (p.role !== undefined && ctx.now >= s.next) {
      s.next = ctx.now + p.period * 1000;
      // one that is not answered yet still stands for the app: two at once would tell no more
      if (s.open === 0) {
        s.count = s.count >= p.highest ? 0 : s.count + 1;
        s.open = 1;
        ctx.effect('watchdog.beat', { role: p.role, value: s.count, deadline: p.period });
      }
    }
    const silent = ctx.now - s.changed;
    const losing = s.lost === 0 && silent >= p.limit * 1000;
    if (losing) s.lost = 1;
    const due = Math.min(s.next, s.lost === 1 ? Number.POSITIVE_INFINITY : s.changed + p.limit * 1000);
    if (due < Number.POSITIVE_INFINITY) ctx.wakeAt(due);
    if (!losing) return;
    const out = { lost: true, silent: silent / 1000, reason: s.heard > s.changed ? 'stuck' : 'silent' };
    return p.hold === undefined ? { out } : { out, hold: { value: p.hold } };
  },
  onResult(answer, s) {
    const went = answer.ok ? 1 : 0;
    s.open = 0;
    if (went === s.went) return;
    s.went = went;
    return { beat: { ok: answer.ok, reason: answer.ok ? '' : (answer.reason ?? '') } };
  },
});
