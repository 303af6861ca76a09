import {
  defineBlock,
  expression,
  f64,
  field,
  frame,
  i32,
  integer,
  jsonState,
  number,
  same,
  text,
  time,
  z,
} from '#blocks/sdk/index.ts';
import { add, begin, close, type Open } from './slice.ts';

/** Quality `uncertain:clipped`: the slice held more rows than it may keep. */
const CLIPPED = 0x42;

export default defineBlock({
  id: 'series.phase',
  version: '1.0.0',
  title: { en: 'Phases of a batch', zh: '批次阶段识别' },
  summary: {
    en: 'Cuts a signal into the phases of a batch by conditions; gives each phase with its statistics and its slice of the signal.',
    zh: '按条件把信号切分为批次的各个阶段，给出每个阶段的统计值和数据切片。',
  },
  words: { en: 'batch step segment cycle slice heating holding cooling', zh: '批次 工步 分段 循环 切片 升温 保温 冷却' },
  icon: 'timeline-event',
  reference: 'ISA-88.00.01 (phases of a unit procedure)',
  labels: {
    batch: { en: 'Batch', zh: '批次' },
    phase: { en: 'Phase', zh: '阶段' },
    number: { en: 'Number in the batch', zh: '批内序号' },
    slice: { en: 'Slice', zh: '数据切片' },
    seconds: { en: 'Length', zh: '时长' },
    from: { en: 'Begin', zh: '开始时刻' },
  },
  params: z.object({
    phases: field(
      z
        .array(
          z.object({
            name: z.string().min(1).max(60),
            start: expression<boolean>({ title: { en: 'Begins when', zh: '开始条件' } }),
            end: expression<boolean>({ title: { en: 'Ends when', zh: '结束条件' } }).optional(),
          }),
        )
        .min(1)
        .max(50),
      {
        title: { en: 'Phases', zh: '阶段' },
        help: {
          en: 'The first whose start holds begins when none is open. Without an end it lasts until another begins.',
          zh: '没有进行中的阶段时，取第一个满足开始条件的。未给结束条件时，持续到另一阶段开始。',
        },
      },
    ),
    inOrder: field(z.boolean().default(false), {
      title: { en: 'In the order of the list', zh: '按列表顺序' },
      help: {
        en: 'Only the phase after the one before may begin; a new batch begins with the first.',
        zh: '只允许列表中的下一阶段开始；新批次从第一个阶段开始。',
      },
    }),
    shortest: field(z.number().min(0).default(0), {
      title: { en: 'Shorter ones are dropped', zh: '舍去短于此的阶段' },
      unit: 's',
    }),
    most: field(z.number().int().min(2).max(100_000).default(10_000), {
      title: { en: 'Most rows of a slice', zh: '切片最多行数' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number(), batch: text({ optional: true }) },
  outputs: {
    out: {
      phase: text(),
      batch: text(),
      number: integer(),
      from: time(),
      seconds: number('s'),
      first: number(same('value')),
      last: number(same('value')),
      mean: number(same('value')),
      min: number(same('value')),
      max: number(same('value')),
      count: integer(),
    },
    slice: frame({ time: time(), value: number(same('value')) }),
  },
  state: {
    newest: f64(Number.NEGATIVE_INFINITY),
    phase: i32(-1),
    /** The phase before, of this batch. */
    last: i32(-1),
    batch: jsonState(''),
    number: i32(),
    open: jsonState<Open>({ t: [], v: [], quality: 0, clipped: false, count: 0, sum: 0, min: 0, max: 0 }),
  },
  each(row, s, p, ctx) {
    if (row.time < s.newest) {
      ctx.late();
      return;
    }
    s.newest = row.time;
    const batch = row.batch ?? '';
    const changed = batch !== s.batch;
    let next = -1;
    for (let i = 0; i < p.phases.length && next < 0; i++) {
      const phase = p.phases[i];
      const may = i !== s.phase && (!p.inOrder || i === ((s.phase < 0 ? s.last : s.phase) + 1) % p.phases.length);
      if (phase && may && phase.start(row)) next = i;
    }
    const running = s.phase < 0 ? undefined : p.phases[s.phase];
    const over = running !== undefined && (changed || (running.end ? running.end(row) : next >= 0));
    if (running && over) {
      // the row that ends a phase is its last, unless it belongs to the next batch
      if (!changed) add(s.open, row.time, row.value, row.quality, p.most);
      const done = close(s.open);
      if (done.seconds >= p.shortest) {
        s.number++;
        const quality = done.clipped ? Math.max(CLIPPED, done.quality) : done.quality;
        ctx.emit({
          out: {
            time: done.to,
            quality: done.quality,
            phase: running.name,
            batch: s.batch,
            number: s.number,
            from: done.from,
            seconds: done.seconds,
            first: done.first,
            last: done.last,
            mean: done.mean,
            min: done.min,
            max: done.max,
            count: done.count,
          },
        });
        ctx.emit({ slice: { at: done.to, quality, time: done.t, value: done.v } });
      }
      s.last = s.phase;
      s.phase = -1;
    }
    if (changed) {
      s.batch = batch;
      s.number = 0;
      s.last = -1;
      // a phase that lasted to the end of the batch may begin the next one, too
      next = -1;
      for (let i = 0; i < (p.inOrder ? 1 : p.phases.length) && next < 0; i++) {
        const phase = p.phases[i];
        if (phase?.start(row)) next = i;
      }
    }
    if (s.phase < 0 && next >= 0) {
      s.phase = next;
      begin(s.open);
      add(s.open, row.time, row.value, row.quality, p.most);
    } else if (s.phase >= 0) add(s.open, row.time, row.value, row.quality, p.most);
  },
});
