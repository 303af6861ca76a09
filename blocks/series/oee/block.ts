import { boolean, defineBlock, field, frame, integer, jsonState, number, text, z } from '#blocks/sdk/index.ts';
import { advance, closePeriod, count, enter, fresh, isLate, type Period } from './time-model.ts';

const states = z.array(z.string().min(1)).max(50);
/** Quality `uncertain:out-of-range`: faster than the ideal cycle, or more scrap than parts. */
const DOUBTFUL = 0x43;
/** Quality `bad:missing`: no state came at all. */
const UNKNOWN = 0x89;

export default defineBlock({
  id: 'series.oee',
  version: '1.0.0',
  title: { en: 'OEE', zh: '设备综合效率（OEE）' },
  summary: {
    en: 'Availability, effectiveness, quality ratio and OEE of a shift, with the losses that make up the difference.',
    zh: '计算班次的可用率、性能率、合格率和 OEE，并给出各项损失构成。',
  },
  words: {
    en: 'overall equipment effectiveness availability loss shift downtime kpi',
    zh: '综合效率 稼动率 时间开动率 损失 班次 停机 指标',
  },
  icon: 'gauge',
  reference: 'ISO 22400-2:2014',
  labels: {
    state: { en: 'Machine state', zh: '设备状态' },
    counts: { en: 'Counts', zh: '产量计数' },
    planned: { en: 'Planned time', zh: '计划时间' },
    end: { en: 'End of the shift', zh: '班次结束' },
    parts: { en: 'Parts', zh: '产量' },
    bad: { en: 'Rejects', zh: '不合格数' },
    availability: { en: 'Availability', zh: '时间开动率' },
    performance: { en: 'Effectiveness', zh: '性能开动率' },
    goodShare: { en: 'Quality ratio', zh: '合格率' },
    oee: { en: 'OEE', zh: '设备综合效率' },
    pbt: { en: 'Planned busy time', zh: '计划占用时间' },
    apt: { en: 'Actual production time', zh: '实际生产时间' },
    good: { en: 'Good parts', zh: '合格数' },
    scrap: { en: 'Rejects', zh: '不合格数' },
    losses: { en: 'Losses', zh: '损失' },
    loss: { en: 'Loss', zh: '损失项' },
    kind: { en: 'Kind of loss', zh: '损失类别' },
    seconds: { en: 'Seconds', zh: '秒数' },
    count: { en: 'Times', zh: '次数' },
  },
  params: z
    .object({
      cycle: field(z.number().positive(), { title: { en: 'Ideal cycle of a part', zh: '理论单件节拍' }, unit: 's' }),
      running: field(states.min(1).default(['running']), { title: { en: 'States that produce', zh: '生产状态' } }),
      plannedStops: field(states.default([]), {
        title: { en: 'States that are planned stops', zh: '计划停机状态' },
        help: { en: 'Breaks, no order: not part of the planned busy time.', zh: '如休息、无任务：不计入计划占用时间。' },
      }),
      planned: field(z.number().positive().optional(), {
        title: { en: 'Planned busy time', zh: '计划占用时间' },
        unit: 's',
        help: { en: 'Empty: the planned time of the period that has passed.', zh: '留空：取周期内经过的计划时间。' },
      }),
      counts: field(z.enum(['total', 'increment']).default('total'), {
        title: { en: 'The counts are', zh: '计数方式' },
        options: { total: { en: 'running totals', zh: '累计值' }, increment: { en: 'increments', zh: '增量' } },
      }),
      microStop: field(z.number().min(0).default(0), {
        title: { en: 'Stops shorter than this are speed loss', zh: '短于此的停机计为速度损失' },
        unit: 's',
      }),
    })
    .refine((p) => !p.running.some((r) => p.plannedStops.includes(r)), {
      path: ['plannedStops'],
      message: 'a state cannot both produce and be a planned stop | 同一状态不能既是生产又是计划停机',
    }),
  carry: 'none',
  badQuality: 'skip',
  inputs: {
    state: { state: text() },
    counts: { parts: number(), bad: number(undefined, { optional: true }) },
    planned: { planned: boolean() },
    end: {},
  },
  optionalInputs: ['planned'],
  outputs: {
    out: {
      availability: number('1'),
      performance: number('1'),
      goodShare: number('1'),
      oee: number('1'),
      pbt: number('s'),
      apt: number('s'),
      parts: number('1'),
      good: number('1'),
      scrap: number('1'),
    },
    losses: frame({ loss: text(), kind: text(), seconds: number('s'), count: integer() }),
  },
  state: { d: jsonState<Period>(fresh) },
  on: {
    state(row, s, p, ctx) {
      if (isLate(s.d, row.time)) {
        ctx.late();
        return;
      }
      advance(s.d, row.time, p);
      enter(s.d, row.state, p);
    },
    counts(row, s, p) {
      count(s.d, row.parts, row.bad, p.counts === 'total');
    },
    planned(row, s, p) {
      advance(s.d, row.time, p);
      s.d.planned = row.planned;
    },
    end(row, s, p, ctx) {
      advance(s.d, row.time, p);
      const k = closePeriod(s.d, p);
      const doubtful = k.performance > 1 || k.goodShare < 0 ? DOUBTFUL : 0;
      const quality = Math.max(row.quality, s.d.state === '' ? UNKNOWN : doubtful);
      ctx.emit({
        out: {
          time: s.d.last,
          quality,
          availability: k.availability,
          performance: k.performance,
          goodShare: k.goodShare,
          oee: k.oee,
          pbt: k.pbt,
          apt: k.apt,
          parts: k.parts,
          good: k.good,
          scrap: k.scrap,
        },
      });
      ctx.emit({
        losses: {
          time: s.d.last,
          quality,
          loss: k.losses.map((l) => l.loss),
          kind: k.losses.map((l) => l.kind),
          seconds: k.losses.map((l) => l.seconds),
          count: k.losses.map((l) => l.count),
        },
      });
    },
  },
});
