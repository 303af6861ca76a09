import { boolean, defineBlock, f64, field, i32, role, text, time, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'control.lease',
  version: '1.0.0',
  title: { en: 'Exclusive control', zh: '独占控制' },
  summary: {
    en: 'Claims a tag or a machine for this app alone, renews the claim while it is wanted, and says when it is lost.',
    zh: '为本应用独占申请一个测点或一台设备，需要期间自动续期，失去时给出通知。',
  },
  words: { en: 'lease lock ownership mastership takeover token', zh: '租约 锁定 控制权 接管 令牌' },
  icon: 'lock-access',
  capabilities: ['command.send'],
  reference: 'ISA-88.00.01 (arbitration and ownership of equipment)',
  labels: {
    want: { en: 'Control wanted', zh: '需要控制权' },
    held: { en: 'Control held', zh: '已持有控制权' },
    until: { en: 'Held until', zh: '持有至' },
  },
  params: z.object({
    role: role({ title: { en: 'Tag role to control', zh: '控制的测点角色' } }),
    scope: field(z.enum(['tag', 'asset']).default('tag'), {
      title: { en: 'What is claimed', zh: '独占范围' },
      options: {
        tag: { en: 'This tag', zh: '该测点' },
        asset: { en: 'The whole asset it belongs to', zh: '测点所属的整台设备' },
      },
    }),
    seconds: field(z.number().min(4).max(86_400).default(60), {
      title: { en: 'Held for', zh: '持有时间' },
      unit: 's',
      help: {
        en: 'Renewed at half of it; an app that stops loses control after it at the latest.',
        zh: '过半即续期；应用停止后最迟在此时间后失去控制权。',
      },
    }),
    rank: field(z.number().int().min(1).max(9).default(1), {
      title: { en: 'Rank', zh: '级别' },
      help: { en: 'Takes over from a lower rank. A person stands above every app.', zh: '可接管级别更低者；人员高于所有应用。' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { want: boolean() },
  /** One row a change: got, lost, refused, given back. */
  output: { held: boolean(), until: time(), reason: text() },
  state: {
    want: i32(),
    held: i32(),
    /** 0 nothing asked, 1 a claim, 2 giving back. */
    open: i32(),
    /** When the claim ends by itself, as the host said it. */
    until: f64(),
    /** When it is asked again. */
    due: f64(Number.POSITIVE_INFINITY),
  },
  each(row, s, p, ctx) {
    const want = row.want ? 1 : 0;
    if (want === s.want) return;
    s.want = want;
    // what is open is answered first, and then looked at again
    if (s.open !== 0) return;
    if (want === 1) {
      s.open = 1;
      ctx.effect('lease.take', { role: p.role, scope: p.scope, seconds: p.seconds, rank: p.rank });
    } else {
      s.open = 2;
      s.due = Number.POSITIVE_INFINITY;
      ctx.effect('lease.release', { role: p.role, scope: p.scope });
    }
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      if (s.due < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
      return;
    }
    s.due = Number.POSITIVE_INFINITY;
    if (s.want === 1 && s.open === 0) {
      s.open = 1;
      ctx.effect('lease.take', { role: p.role, scope: p.scope, seconds: p.seconds, rank: p.rank });
    }
    // a renewal that was not answered in time is no renewal
    if (s.held === 1 && ctx.now >= s.until) {
      s.held = 0;
      return { held: false, until: s.until, reason: 'expired' };
    }
    if (s.held === 1) {
      s.due = s.until;
      ctx.wakeAt(s.due);
    }
  },
  onResult(answer, s, p, ctx) {
    const asked = s.open;
    const had = s.held;
    s.open = 0;
    if (asked === 1 && answer.ok) {
      const told = answer.value as { until?: number } | undefined;
      s.held = 1;
      s.until = told?.until ?? ctx.now + p.seconds * 1000;
    } else if (asked === 1) s.held = 0;
    else if (answer.ok) s.held = 0;
    if (s.want === 1 && asked === 2) {
      s.open = 1;
      ctx.effect('lease.take', { role: p.role, scope: p.scope, seconds: p.seconds, rank: p.rank });
    } else if (s.want === 1) {
      s.due = ctx.now + p.seconds * 500;
      ctx.wakeAt(s.due);
    } else if (asked === 1 && s.held === 1) {
      s.open = 2;
      ctx.effect('lease.release', { role: p.role, scope: p.scope });
    }
    if (asked === 1 && answer.ok && had === 1) return;
    return { held: s.held === 1, until: s.held === 1 ? s.until : ctx.now, reason: answer.ok ? '' : (answer.reason ?? '') };
  },
});
