import { boolean, defineBlock, f64, field, i32, number, role, same, text, unitOfRole, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'control.write',
  version: '1.0.0',
  title: { en: 'Write to tag', zh: '写入测点' },
  summary: {
    en: 'Writes a value to the tag of a role, reads it back and reports; one open write per key.',
    zh: '把数值写入角色对应的测点，回读并报告结果；每个对象同时只有一次写入。',
  },
  words: { en: 'setpoint output command plc', zh: '设定值 输出 下发 PLC' },
  icon: 'database-export',
  capabilities: ['tag.write'],
  params: z.object({
    role: role({ title: { en: 'Tag role to write', zh: '写入的测点角色' } }),
    deadband: field(z.number().min(0).default(0), {
      title: { en: 'Smallest change written', zh: '最小写入变化' },
      help: { en: '0 writes every command.', zh: '0 表示每条指令都写。' },
    }),
    tolerance: field(z.number().min(0).default(0.001), { title: { en: 'Read-back tolerance', zh: '回读容差' } }),
    deadline: field(z.number().positive().max(3600).default(10), {
      title: { en: 'Deadline', zh: '时限' },
      unit: 's',
      help: { en: 'Later it is refused, not done late.', zh: '超时即拒绝，不会迟到执行。' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  /** Converted to the unit of the role. */
  input: { value: number(unitOfRole('role')) },
  output: { written: number(same('value')), ok: boolean(), reason: text() },
  state: { sent: f64(Number.NaN), open: i32(), next: f64(), waiting: i32() },
  each(row, s, p, ctx) {
    if (s.open === 1) {
      // the newest command goes out when the open one is answered
      s.next = row.value;
      s.waiting = 1;
      return;
    }
    if (Math.abs(row.value - s.sent) < p.deadband) return;
    s.open = 1;
    s.sent = row.value;
    ctx.effect('tag.write', { role: p.role, value: row.value, tolerance: p.tolerance, deadline: p.deadline });
  },
  onResult(answer, s, p, ctx) {
    const written = s.sent;
    s.open = 0;
    if (!answer.ok) s.sent = Number.NaN; // the same command may be tried again
    if (s.waiting === 1) {
      s.waiting = 0;
      if (!(Math.abs(s.next - s.sent) < p.deadband)) {
        s.open = 1;
        s.sent = s.next;
        ctx.effect('tag.write', { role: p.role, value: s.next, tolerance: p.tolerance, deadline: p.deadline });
      }
    }
    return { written, ok: answer.ok, reason: answer.reason ?? '' };
  },
});
