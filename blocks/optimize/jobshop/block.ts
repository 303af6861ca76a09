import { defineBlock, f64, field, frame, i32, integer, jsonState, number, text, time, z } from '#blocks/sdk/index.ts';
import { noPauses, type Pauses, pausesOf, planOf, requestOf, summaryOf } from './shop.ts';

export default defineBlock({
  id: 'optimize.jobshop',
  version: '1.0.0',
  title: { en: 'Job-shop plan', zh: '作业车间排程' },
  summary: {
    en: 'Plans operations on machines for the shortest plan or least lateness; the host computes, with a bound that says how good it is.',
    zh: '在机器上排定各工序，使完工时间最短或拖期最小；由平台主机计算，并给出最优性下界。',
  },
  words: { en: 'schedule sequencing makespan tardiness gantt scheduling', zh: '排产 调度 完工时间 拖期 甘特图' },
  icon: 'calendar-stats',
  capabilities: ['compute.heavy'],
  reference: 'Nowicki & Smutnicki 1996 (taboo search); Carlier 1982 (bound); Manne 1960, solved by HiGHS (proof)',
  labels: {
    operations: { en: 'Operations', zh: '工序' },
    pauses: { en: 'Pauses of machines', zh: '机器停工时段' },
    plan: { en: 'Plan', zh: '排程' },
    summary: { en: 'Quality of the plan', zh: '排程质量' },
    job: { en: 'Job', zh: '作业' },
    step: { en: 'Operation number', zh: '工序号' },
    machine: { en: 'Machine', zh: '机器' },
    duration: { en: 'Working time', zh: '加工时间' },
    release: { en: 'Not before', zh: '最早开始' },
    due: { en: 'Due', zh: '交期' },
    start: { en: 'Start in the running plan', zh: '现行计划开始时间' },
    status: { en: 'Status', zh: '求解状态' },
    objective: { en: 'Objective', zh: '目标值' },
    bound: { en: 'No plan is better than', zh: '下界' },
    gap: { en: 'Gap to the bound', zh: '与下界的差距' },
  },
  params: z.object({
    objective: field(z.enum(['makespan', 'tardiness']).default('makespan'), {
      title: { en: 'Objective', zh: '优化目标' },
      options: {
        makespan: { en: 'Shortest plan', zh: '完工时间最短' },
        tardiness: { en: 'Least weighted lateness', zh: '加权拖期最小' },
      },
    }),
    frozen: field(z.number().min(0).default(0), {
      title: { en: 'Frozen zone', zh: '冻结区' },
      unit: 'min',
      help: {
        en: 'Operations of the running plan that start within it stay where they are.',
        zh: '现行计划中在此时段内开始的工序保持不变。',
      },
    }),
    timeLimit: field(z.number().positive().max(120).default(5), {
      title: { en: 'Effort', zh: '计算量' },
      unit: 's',
      help: {
        en: 'Of a usual processor core. The best plan found by then is given.',
        zh: '以常规处理器单核秒计；到限时给出已找到的最好方案。',
      },
    }),
    seed: field(z.number().int().default(1), { title: { en: 'Seed', zh: '随机种子' } }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: {
    operations: frame({
      job: text(),
      step: number(),
      machine: text(),
      duration: number('min'),
      release: time({ optional: true }),
      due: time({ optional: true }),
      weight: number('1', { optional: true }),
      start: time({ optional: true }),
    }),
    pauses: frame({ machine: text(), from: time(), to: time() }),
  },
  optionalInputs: ['pauses'],
  outputs: {
    plan: frame({ job: text(), step: integer(), machine: text(), from: time(), to: time() }),
    summary: { status: text(), objective: number('min'), bound: number('min'), gap: number('%'), reason: text() },
  },
  state: {
    open: i32(),
    at: f64(),
    pauses: jsonState<Pauses>(noPauses()),
    /** Asked for while another plan is made; the newest counts. */
    next: jsonState<{ wish: Record<string, unknown>[]; at: number }>({ wish: [], at: 0 }),
  },
  on: {
    operations(row, s, p, ctx) {
      const wish = requestOf(row, s.pauses, row.at, p);
      if (s.open === 1) {
        s.next = { wish: [wish], at: row.at };
        return;
      }
      s.open = 1;
      s.at = row.at;
      ctx.effect('compute.jobshop', wish);
    },
    pauses(row, s) {
      s.pauses = pausesOf(row);
    },
  },
  onResult(answer, s, _p, ctx) {
    if (answer.ok) {
      const plan = planOf(answer.value, s.at);
      ctx.emit({
        plan: { at: s.at, job: plan.job, step: plan.step, machine: plan.machine, from: plan.from, to: plan.to },
      });
      const found = summaryOf(answer.value);
      ctx.emit({
        summary: {
          time: s.at,
          status: found.status,
          objective: found.objective,
          bound: found.bound,
          gap: found.gap,
          reason: '',
        },
      });
    } else ctx.emit({ summary: { time: s.at, status: 'failed', reason: answer.reason ?? '' } });
    s.open = 0;
    const [wish] = s.next.wish;
    if (wish === undefined) return;
    s.open = 1;
    s.at = s.next.at;
    s.next = { wish: [], at: 0 };
    ctx.effect('compute.jobshop', wish);
  },
});
