import { boolean, defineBlock, field, frame, integer, jsonState, number, text, time, z } from '#blocks/sdk/index.ts';
import { advance, closePeriod, type Durations, enter, fresh, isLate } from './durations.ts';

export default defineBlock({
  id: 'series.duration',
  version: '1.0.0',
  title: { en: 'Time per state', zh: '状态时长统计' },
  summary: {
    en: 'Measures how long each state lasts, counts only planned time, and gives the totals of a period.',
    zh: '统计各状态的持续时间，可只计计划时间，并按周期给出合计。',
  },
  words: { en: 'duration uptime downtime running hours stop MTBF', zh: '时长 运行时间 停机 开机 停留' },
  icon: 'hourglass',
  labels: {
    state: { en: 'State', zh: '状态' },
    planned: { en: 'Planned time', zh: '计划时间' },
    reset: { en: 'End of the period', zh: '周期结束' },
    totals: { en: 'Totals of the period', zh: '周期合计' },
    seconds: { en: 'Seconds', zh: '秒数' },
    count: { en: 'Times', zh: '次数' },
    share: { en: 'Share', zh: '占比' },
    from: { en: 'From', zh: '开始时刻' },
  },
  params: z.object({
    ignore: field(z.number().min(0).default(0), {
      title: { en: 'Ignore states shorter than', zh: '忽略短于此的状态' },
      unit: 's',
      help: { en: 'Their time counts as the state before.', zh: '其时间计入前一状态。' },
    }),
    clear: field(z.boolean().default(true), {
      title: { en: 'Begin anew after each period', zh: '每周期后重新累计' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { state: { state: text() }, planned: { planned: boolean() }, reset: {} },
  optionalInputs: ['planned', 'reset'],
  outputs: {
    /** One row when a state is over, at its end. */
    out: { state: text(), seconds: number('s'), from: time() },
    totals: frame({ state: text(), seconds: number('s'), share: number('%'), count: integer() }),
  },
  state: { d: jsonState<Durations>(fresh) },
  on: {
    state(row, s, p, ctx) {
      if (isLate(s.d, row.time)) {
        ctx.late();
        return;
      }
      advance(s.d, row.time);
      for (const i of enter(s.d, row.state, p.ignore * 1000))
        ctx.emit({ out: { time: i.to, state: i.state, seconds: i.seconds, from: i.from } });
    },
    planned(row, s) {
      advance(s.d, row.time);
      s.d.planned = row.planned;
    },
    reset(row, s, p, ctx) {
      advance(s.d, row.time);
      const { totals, over } = closePeriod(s.d, p.ignore * 1000, p.clear);
      for (const i of over) ctx.emit({ out: { time: i.to, state: i.state, seconds: i.seconds, from: i.from } });
      if (totals.length === 0) return; // no state is known yet
      const all = totals.reduce((sum, t) => sum + t.seconds, 0);
      ctx.emit({
        totals: {
          time: s.d.last,
          state: totals.map((t) => t.state),
          seconds: totals.map((t) => t.seconds),
          share: totals.map((t) => (all > 0 ? (100 * t.seconds) / all : 0)),
          count: totals.map((t) => t.count),
        },
      });
    },
  },
});
