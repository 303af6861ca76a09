import { defineBlock, f64, field, frame, i32, number, role, text, time, unit, unitOfRole, z } from '#blocks/sdk/index.ts';

/** Quality `uncertain:substituted`: the stretch is told without the bad values that lie in it. */
const INCOMPLETE = 0x44;
const UNCERTAIN = 0x40;

interface Stretch {
  readonly time: number[];
  readonly value: number[];
  readonly left: number;
  readonly uncertain: boolean;
}

export default defineBlock({
  id: 'source.history',
  version: '1.0.0',
  title: { en: 'History', zh: '历史数据' },
  summary: {
    en: 'Reads a stretch of the history of a tag, or of an output of this app, as a table whenever a row comes.',
    zh: '每到一行即读取测点或本应用输出的一段历史，输出为表。',
  },
  words: { en: 'historian past query trend archive range', zh: '历史库 历史查询 回看 时段 归档' },
  icon: 'history',
  capabilities: ['history.read'],
  labels: { problem: { en: 'Not read', zh: '未读取' }, trigger: { en: 'Trigger', zh: '触发' } },
  params: z
    .object({
      role: role({
        title: { en: 'Tag role', zh: '测点角色' },
        help: { en: 'Whose history; or name an output below.', zh: '读取其历史；或在下面指定输出。' },
      }).optional(),
      output: field(
        z
          .string()
          .regex(/^[^.]+\.[^.]+$/, 'write output.column, such as smooth.value | 请写“输出.列”，如 smooth.value')
          .optional(),
        {
          title: { en: 'Output of this app', zh: '本应用的输出' },
          help: { en: 'Output and column, such as smooth.value.', zh: '输出与列，如 smooth.value。' },
        },
      ),
      unit: unit({
        title: { en: 'Unit of the output', zh: '输出的单位' },
        help: { en: 'Values of a role have its unit.', zh: '按角色读取时采用角色单位。' },
      }).default('1'),
      span: field(z.number().positive().max(31_622_400).default(3600), {
        title: { en: 'How far back', zh: '回看时长' },
        unit: 's',
        help: { en: 'From the time of the row.', zh: '自触发行的时间往前。' },
      }),
      aggregate: field(z.enum(['none', 'mean', 'min', 'max', 'first', 'last', 'sum', 'count']).default('none'), {
        title: { en: 'Summarise by', zh: '汇总方式' },
        options: {
          none: { en: 'Every value', zh: '全部数值' },
          mean: { en: 'Mean', zh: '平均值' },
          min: { en: 'Minimum', zh: '最小值' },
          max: { en: 'Maximum', zh: '最大值' },
          first: { en: 'First', zh: '首值' },
          last: { en: 'Last', zh: '末值' },
          sum: { en: 'Sum', zh: '合计' },
          count: { en: 'Count', zh: '个数' },
        },
      }),
      points: field(z.number().int().min(1).max(10_000).default(1_000), {
        title: { en: 'Points', zh: '点数' },
        help: {
          en: 'Summarised: so many equal parts. Every value: so many at most, more are not read.',
          zh: '汇总时为等分段数；全部数值时为上限，超出则不读取。',
        },
      }),
      when: field(z.enum(['each', 'first']).default('each'), {
        title: { en: 'Read', zh: '读取时机' },
        options: {
          each: { en: 'At each row', zh: '每行' },
          first: { en: 'Once, at the first row', zh: '仅首行一次' },
        },
      }),
      pause: field(z.number().min(0).default(0), {
        title: { en: 'Least time between two reads', zh: '两次读取的最短间隔' },
        unit: 's',
      }),
    })
    .refine((p) => (p.role === undefined || p.role === '') !== (p.output === undefined), {
      message: 'name a tag role or an output of this app, one of the two | 请在测点角色与本应用输出中二选一',
      path: ['role'],
    }),
  carry: 'none',
  inputs: { trigger: {} },
  outputs: {
    /** Its own time is the time of the row that asked. */
    out: frame({ time: time(), value: number(unitOfRole('role', 'unit')) }),
    problem: { reason: text() },
  },
  state: { open: i32(), asked: f64(Number.NEGATIVE_INFINITY), next: f64(Number.NaN) },
  on: {
    trigger(row, s, p, ctx) {
      const waited = row.time - s.asked >= p.pause * 1000;
      if (!waited || (p.when === 'first' && s.asked > Number.NEGATIVE_INFINITY)) return;
      // the newest question is asked when the open one is answered
      if (s.open === 1) {
        s.next = row.time;
        return;
      }
      s.open = 1;
      s.asked = row.time;
      ctx.effect('history.read', {
        ...(p.output === undefined ? { role: p.role } : { output: p.output, unit: p.unit }),
        from: row.time - p.span * 1000,
        to: row.time,
        asOf: ctx.now,
        aggregate: p.aggregate,
        points: p.points,
      });
    },
  },
  onResult(answer, s, p, ctx) {
    if (answer.ok) {
      const found = answer.value as Stretch;
      const incomplete = found.left > 0 ? INCOMPLETE : 0;
      ctx.emit({
        out: {
          at: s.asked,
          quality: found.uncertain ? Math.max(UNCERTAIN, incomplete) : incomplete,
          time: found.time,
          value: found.value,
        },
      });
    } else ctx.emit({ problem: { time: s.asked, reason: answer.reason ?? '' } });
    s.open = 0;
    const next = s.next;
    s.next = Number.NaN;
    // no number: nobody asked meanwhile
    if (next >= s.asked + p.pause * 1000) {
      s.open = 1;
      s.asked = next;
      ctx.effect('history.read', {
        ...(p.output === undefined ? { role: p.role } : { output: p.output, unit: p.unit }),
        from: next - p.span * 1000,
        to: next,
        asOf: ctx.now,
        aggregate: p.aggregate,
        points: p.points,
      });
    }
  },
});
