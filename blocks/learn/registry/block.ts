import { boolean, defineBlock, field, i32, json, jsonState, number, text, z } from '#blocks/sdk/index.ts';
import {
  activate,
  activeOf,
  emptyRegister,
  keepRecorded,
  queue,
  type Register,
  recordOf,
  refusal,
  rollBack,
  setPending,
  takePending,
  takeRecorded,
} from './registry.ts';

export default defineBlock({
  id: 'learn.registry',
  version: '1.1.0',
  changes: {
    '1.1.0': {
      en: 'Writes the record of each candidate (hash, figures, inputs, what it replaces) where a task is given; a person may approve by signing that record.',
      zh: '填写任务后，为每个候选模型建立模型记录（哈希、指标、输入、替代对象）；也可由人员签署该记录来批准。',
    },
  },
  title: { en: 'Model registry', zh: '模型注册' },
  summary: {
    en: 'Decides which model is active: candidates pass a gate, are recorded, persons approve, a command rolls back.',
    zh: '决定启用哪个模型：候选模型先过指标门槛并登记，再经人员批准；可按指令回退。',
  },
  words: { en: 'mlops version promote champion challenger rollback approval', zh: '模型版本 上线 冠军 挑战者 回退 审批' },
  icon: 'versions',
  capabilities: ['model.load', 'record.write:model'],
  reference: 'ISO/IEC 42001:2023 (control of AI systems in operation); champion and challenger practice',
  labels: {
    candidate: { en: 'Candidate', zh: '候选模型' },
    rollback: { en: 'Roll back', zh: '回退' },
    model: { en: 'Active model', zh: '启用的模型' },
    details: { en: 'Data of its record', zh: '记录内容' },
    decided: { en: 'Decided record', zh: '已决记录' },
    subject: { en: 'Number of the record', zh: '记录编号' },
  },
  params: z
    .object({
      better: field(z.enum(['higher', 'lower']).default('higher'), {
        title: { en: 'Better is', zh: '指标方向' },
        options: { higher: { en: 'a higher score', zh: '越高越好' }, lower: { en: 'a lower score', zh: '越低越好' } },
      }),
      gate: field(z.number().default(0), {
        title: { en: 'Gate', zh: '门槛值' },
        help: { en: 'A candidate must reach it.', zh: '候选模型必须达到。' },
      }),
      margin: field(z.number().min(0).default(0), {
        title: { en: 'Better than the active one by', zh: '须优于现用模型' },
        help: { en: 'In units of the score.', zh: '以指标的单位计。' },
      }),
      persons: field(z.number().int().min(0).max(5).default(1), {
        title: { en: 'Persons who approve', zh: '批准人数' },
        help: { en: '0: what passes the gate is active at once.', zh: '0 表示通过门槛即启用。' },
      }),
      timeout: field(z.number().positive().max(86_400).default(86_400), {
        title: { en: 'Time to approve', zh: '批准时限' },
        unit: 's',
      }),
      task: field(z.string().max(100).default(''), {
        title: { en: 'Task of the model', zh: '模型任务' },
        help: {
          en: 'Given: each candidate that passes the gate gets a record of the kind model. Empty: none.',
          zh: '填写后，通过门槛的候选模型均建立“模型”记录；留空则不建。',
        },
      }),
      metric: field(z.string().min(1).max(60).default('score'), { title: { en: 'Name of the score', zh: '指标名称' } }),
      approval: field(z.enum(['ask', 'record']).default('ask'), {
        title: { en: 'Approved by', zh: '批准方式' },
        options: {
          ask: { en: 'a question on the operator screen', zh: '画面确认' },
          record: { en: 'signing the record', zh: '签署模型记录' },
        },
        help: {
          en: 'Signing: wire an event source for record:model to the port Decided record.',
          zh: '签署方式：将 record:model 的事件源接到“已决记录”端口。',
        },
      }),
    })
    .refine((p) => p.approval !== 'record' || p.task !== '', {
      message: 'a record is signed only where one is written: give the task | 只有建立记录才能签署：请填写任务',
      path: ['task'],
    }),
  carry: 'none',
  badQuality: 'skip',
  inputs: {
    candidate: { model: text(), score: number(), details: json<Record<string, unknown>>({ optional: true }) },
    rollback: { condition: boolean() },
    decided: { subject: text(), state: text() },
  },
  optionalInputs: ['rollback', 'decided'],
  output: { model: text(), score: number(), event: text(), reason: text() },
  stateVersion: 2,
  /** `open`: 0 nothing asked, 1 a record, 2 persons. */
  state: { register: jsonState<Register>(emptyRegister()), on: i32(), open: i32() },
  migrate: (_from, old) => ({ ...old, register: { ...emptyRegister(), ...(old.register as Partial<Register>) } }),
  on: {
    candidate(row, s, p, ctx) {
      const reason = refusal(s.register, row.score, p);
      if (reason !== '') {
        const active = activeOf(s.register);
        return { model: active.model, score: active.score, event: 'refused', reason };
      }
      if (p.task !== '') {
        const active = activeOf(s.register);
        const candidate = { model: row.model, score: row.score, details: row.details ?? {} };
        if (s.open !== 0) {
          queue(s.register, candidate);
          return { model: active.model, score: active.score, event: 'queued', reason: '' };
        }
        s.open = 1;
        setPending(s.register, { model: row.model, score: row.score });
        ctx.effect('record.write', recordOf(candidate, p.task, p.metric, active.model === '' ? undefined : active));
        return { model: active.model, score: active.score, event: 'waiting', reason: '' };
      }
      if (p.persons === 0) {
        activate(s.register, { model: row.model, score: row.score });
        return { model: row.model, score: row.score, event: 'active', reason: '' };
      }
      // a newer candidate takes the place of one that still waits
      setPending(s.register, { model: row.model, score: row.score });
      ctx.effect('confirm.request', {
        text: {
          en: `Use model ${row.model.slice(0, 12)} with score ${row.score}?`,
          zh: `启用模型 ${row.model.slice(0, 12)}（指标 ${row.score}）？`,
        },
        value: row.score,
        persons: p.persons,
        timeout: p.timeout,
      });
      const active = activeOf(s.register);
      return { model: active.model, score: active.score, event: 'waiting', reason: '' };
    },
    rollback(row, s) {
      const rising = row.condition && s.on === 0;
      s.on = row.condition ? 1 : 0;
      if (!rising) return;
      const back = rollBack(s.register);
      const active = activeOf(s.register);
      return back
        ? { model: back.model, score: back.score, event: 'rolled-back', reason: '' }
        : { model: active.model, score: active.score, event: 'refused', reason: 'no-earlier' };
    },
    decided(row, s) {
      if (row.state !== 'approved' && row.state !== 'retired') return;
      const entry = takeRecorded(s.register, row.subject);
      if (!entry) return;
      if (row.state === 'approved') activate(s.register, entry);
      const active = activeOf(s.register);
      const approved = row.state === 'approved';
      return {
        model: active.model,
        score: active.score,
        event: approved ? 'active' : 'refused',
        reason: approved ? '' : 'refused-by',
      };
    },
  },
  onResult(answer, s, p, ctx) {
    const waiting = takePending(s.register);
    const stage = s.open;
    s.open = 0;
    if (!waiting) return;
    // a model that has its record already is looked at with that one
    const recorded = stage === 1 && (answer.ok || answer.reason === 'record-exists');
    let event = 'refused';
    let reason = answer.reason ?? '';
    if (recorded && p.approval === 'record') {
      keepRecorded(s.register, waiting);
      event = 'recorded';
      reason = '';
    } else if (recorded && p.persons > 0) {
      setPending(s.register, waiting);
      s.open = 2;
      event = 'recorded';
      reason = '';
      ctx.effect('confirm.request', {
        text: {
          en: `Use model ${waiting.model.slice(0, 12)} with score ${waiting.score}?`,
          zh: `启用模型 ${waiting.model.slice(0, 12)}（指标 ${waiting.score}）？`,
        },
        value: waiting.score,
        persons: p.persons,
        timeout: p.timeout,
      });
    } else if (recorded || (stage !== 1 && answer.ok)) {
      activate(s.register, waiting);
      event = 'active';
      reason = '';
    }
    const active = activeOf(s.register);
    ctx.emit({ model: active.model, score: active.score, event, reason });
    while (s.open === 0) {
      const next = s.register.next.shift();
      if (next === undefined) return;
      const why = refusal(s.register, next.score, p);
      if (why !== '') {
        ctx.emit({ model: active.model, score: active.score, event: 'refused', reason: why });
        continue;
      }
      s.open = 1;
      setPending(s.register, { model: next.model, score: next.score });
      ctx.effect('record.write', recordOf(next, p.task, p.metric, active.model === '' ? undefined : active));
    }
  },
});
