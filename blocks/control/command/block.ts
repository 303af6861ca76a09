import { boolean, defineBlock, f64, field, i32, number, role, text, unitOfRole, z } from '#blocks/sdk/index.ts';
import { ACCEPTED, DONE, FAILED, meaning, RUNNING } from './handshake.ts';

const code = (en: string, zh: string) => field(z.number().optional(), { title: { en, zh } });

export default defineBlock({
  id: 'control.command',
  version: '1.0.0',
  title: { en: 'Command', zh: '设备指令' },
  summary: {
    en: 'Gives a machine a command and follows it: sent, accepted, running, done or failed, each within its time.',
    zh: '向设备下发一条指令并跟踪其状态：已发送、已受理、执行中、完成或失败，各有时限。',
  },
  words: { en: 'method call handshake start stop job acknowledge', zh: '方法调用 握手 启动 停止 作业 应答' },
  icon: 'terminal-2',
  capabilities: ['command.send', 'tag.write'],
  guarded: 'command',
  reference: 'OPC UA Part 4, 5.12.2 (Call); ANSI/ISA-TR88.00.02 (commands and states of machines)',
  labels: {
    command: { en: 'Command', zh: '指令' },
    cancel: { en: 'Cancel', zh: '取消' },
    phase: { en: 'State of the command', zh: '指令状态' },
    seconds: { en: 'Since it was given', zh: '距下发时间' },
  },
  params: z
    .object({
      role: role({
        title: { en: 'Tag role that takes it', zh: '接收指令的测点角色' },
        help: {
          en: 'For a method: any writable tag of the object that has it.',
          zh: '调用方法时：该方法所属对象的任一可写测点。',
        },
      }),
      method: field(z.string().max(200).default(''), {
        title: { en: 'Method', zh: '方法' },
        help: { en: 'Its name in the device. Empty: a handshake of tags.', zh: '设备中的方法名；留空则用测点握手。' },
      }),
      pass: field(z.boolean().default(false), {
        title: { en: 'Hand the value to the method', zh: '把指令值作为方法参数' },
      }),
      code: field(z.number().optional(), {
        title: { en: 'Number written', zh: '写入的指令码' },
        help: { en: 'Empty: the value of the command itself.', zh: '留空则写入指令值本身。' },
      }),
      accepted: code('State “accepted”', '“已受理”状态码'),
      running: code('State “running”', '“执行中”状态码'),
      done: field(z.number().default(0), { title: { en: 'State “done”', zh: '“完成”状态码' } }),
      failed: code('State “failed”', '“失败”状态码'),
      cancelCode: code('Number written to cancel', '取消指令码'),
      reset: field(z.number().optional(), {
        title: { en: 'Number written at its end', zh: '结束后写回的值' },
        help: { en: 'Empty: nothing is written back.', zh: '留空则不写回。' },
      }),
      accept: field(z.number().positive().max(3_600).default(5), { title: { en: 'Accepted within', zh: '受理时限' }, unit: 's' }),
      finish: field(z.number().positive().max(86_400).default(60), {
        title: { en: 'Finished within', zh: '完成时限' },
        unit: 's',
      }),
    })
    .refine((p) => p.method !== '' || p.done !== p.failed, {
      message: 'one number cannot mean both done and failed | 同一状态码不能既表示完成又表示失败',
      path: ['failed'],
    })
    .refine((p) => p.accept <= p.finish, {
      message: 'a command is accepted before it is finished | 受理时限不能长于完成时限',
      path: ['accept'],
    }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { command: { value: number(unitOfRole('role')) }, state: { value: number() }, cancel: { value: boolean() } },
  optionalInputs: ['state', 'cancel'],
  output: { phase: text(), ok: boolean(), seconds: number('s'), reason: text() },
  state: {
    /** 0 none, 1 being sent, 2 sent, 3 accepted, 4 running, 5 being reset, 6 being cancelled. */
    phase: i32(),
    began: f64(),
    due: f64(Number.POSITIVE_INFINITY),
    /** What the device said last, and whether “done” and “failed” are of this command: it has said something else since. */
    said: f64(Number.NaN),
    armed: i32(),
  },
  on: {
    command(row, s, p, ctx) {
      if (s.phase !== 0) {
        ctx.emit({ phase: 'refused', ok: false, seconds: 0, reason: 'busy' });
        return;
      }
      const standing = meaning(s.said, p);
      s.phase = 1;
      s.began = ctx.now;
      s.due = Number.POSITIVE_INFINITY;
      s.armed = standing === DONE || standing === FAILED ? 0 : 1;
      if (p.method !== '')
        ctx.effect('command.send', { role: p.role, method: p.method, arguments: p.pass ? [row.value] : [], deadline: p.finish });
      else ctx.effect('tag.write', { role: p.role, value: p.code ?? row.value, tolerance: 0.001, deadline: p.accept });
    },
    state(row, s, p, ctx) {
      s.said = row.value;
      if (p.method !== '') return;
      const said = meaning(row.value, p);
      if (said !== DONE && said !== FAILED) s.armed = 1;
      // what comes while the command is being sent is judged when it was
      if (s.phase < 2 || s.phase > 4) return;
      const seconds = (ctx.now - s.began) / 1000;
      if (s.armed === 1 && (said === DONE || said === FAILED)) {
        s.due = Number.POSITIVE_INFINITY;
        s.phase = p.reset === undefined ? 0 : 5;
        if (p.reset !== undefined)
          ctx.effect('tag.write', { role: p.role, value: p.reset, tolerance: 0.001, deadline: p.accept });
        ctx.emit({
          phase: said === DONE ? 'done' : 'failed',
          ok: said === DONE,
          seconds,
          reason: said === DONE ? '' : 'device-failed',
        });
      } else if ((said === ACCEPTED || said === RUNNING) && said > s.phase) {
        s.phase = said;
        s.due = s.began + p.finish * 1000;
        ctx.wakeAt(s.due);
        ctx.emit({ phase: said === ACCEPTED ? 'accepted' : 'running', ok: true, seconds, reason: '' });
      }
    },
    cancel(row, s, p, ctx) {
      if (!row.value || s.phase < 2 || s.phase > 4) return;
      s.due = Number.POSITIVE_INFINITY;
      if (p.cancelCode !== undefined) {
        s.phase = 6;
        ctx.effect('tag.write', { role: p.role, value: p.cancelCode, tolerance: 0.001, deadline: p.accept });
        return;
      }
      s.phase = p.reset === undefined ? 0 : 5;
      if (p.reset !== undefined) ctx.effect('tag.write', { role: p.role, value: p.reset, tolerance: 0.001, deadline: p.accept });
      ctx.emit({ phase: 'failed', ok: false, seconds: (ctx.now - s.began) / 1000, reason: 'cancelled' });
    },
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      if (s.due < Number.POSITIVE_INFINITY) ctx.wakeAt(s.due);
      return;
    }
    s.due = Number.POSITIVE_INFINITY;
    if (s.phase < 2 || s.phase > 4) return;
    const reason = s.phase === 2 ? 'not-accepted' : 'not-finished';
    s.phase = p.reset === undefined ? 0 : 5;
    if (p.reset !== undefined) ctx.effect('tag.write', { role: p.role, value: p.reset, tolerance: 0.001, deadline: p.accept });
    return { phase: 'failed', ok: false, seconds: (ctx.now - s.began) / 1000, reason };
  },
  onResult(answer, s, p, ctx) {
    const asked = s.phase;
    const seconds = (ctx.now - s.began) / 1000;
    const reason = answer.ok ? '' : (answer.reason ?? '');
    if (asked === 5) {
      s.phase = 0;
      if (!answer.ok) ctx.emit({ phase: 'reset-failed', ok: false, seconds, reason });
      return;
    }
    if (asked === 6) {
      s.phase = p.reset === undefined ? 0 : 5;
      if (p.reset !== undefined) ctx.effect('tag.write', { role: p.role, value: p.reset, tolerance: 0.001, deadline: p.accept });
      ctx.emit({ phase: 'failed', ok: false, seconds, reason: answer.ok ? 'cancelled' : reason });
      return;
    }
    if (p.method !== '' || !answer.ok) {
      s.phase = 0;
      ctx.emit({ phase: answer.ok ? 'done' : 'failed', ok: answer.ok, seconds, reason });
      return;
    }
    ctx.emit({ phase: 'sent', ok: true, seconds, reason: '' });
    // a quick device may have answered before the write was read back
    const said = meaning(s.said, p);
    if (s.armed === 1 && (said === DONE || said === FAILED)) {
      s.phase = p.reset === undefined ? 0 : 5;
      if (p.reset !== undefined) ctx.effect('tag.write', { role: p.role, value: p.reset, tolerance: 0.001, deadline: p.accept });
      ctx.emit({
        phase: said === DONE ? 'done' : 'failed',
        ok: said === DONE,
        seconds,
        reason: said === DONE ? '' : 'device-failed',
      });
      return;
    }
    s.phase = said === ACCEPTED || said === RUNNING ? said : 2;
    if (s.phase !== 2) ctx.emit({ phase: said === ACCEPTED ? 'accepted' : 'running', ok: true, seconds, reason: '' });
    s.due = s.began + (s.phase === 2 ? p.accept : p.finish) * 1000;
    ctx.wakeAt(s.due);
  },
});
