import { defineBlock, f64, field, number, same, text, z } from '#blocks/sdk/index.ts';

/** Quality `uncertain:substituted`: what was counted unseen is an estimate. */
const ESTIMATED = 0x44;
/** Quality `uncertain:out-of-range`: a step that no machine makes; it is not counted. */
const IMPLAUSIBLE = 0x43;

export default defineBlock({
  id: 'transform.counter',
  version: '1.0.0',
  title: { en: 'Counter to increments', zh: '计数器增量' },
  summary: {
    en: 'Turns a running counter into increments and a total, through rollovers, resets and replaced meters.',
    zh: '把累计计数器换算为增量和累计量，正确处理溢出回零、复位和换表。',
  },
  words: { en: 'delta increment rollover wrap reset meter totalizer pulse', zh: '增量 差值 溢出 回零 复位 换表 脉冲 累计' },
  icon: 'number-123',
  reference: 'RFC 2578, section 7.1.6 (Counter32)',
  labels: {
    value: { en: 'Increment', zh: '增量' },
    total: { en: 'Total', zh: '累计量' },
    kind: { en: 'Kind', zh: '类型' },
  },
  params: z.object({
    rollover: field(z.number().positive().optional(), {
      title: { en: 'Rolls over at', zh: '溢出值' },
      help: {
        en: 'Number of values of the counter: 65536 for 16 bits, 1000000 for six digits. Empty: it does not roll over.',
        zh: '计数器的取值个数：16 位为 65536，六位数字表为 1000000。留空：不会溢出。',
      },
    }),
    maxStep: field(z.number().positive().optional(), {
      title: { en: 'Largest step of a row', zh: '单行最大增量' },
      help: {
        en: 'A larger step is not counted. Empty: any; then a rollover is taken for one when it is less than half of the range.',
        zh: '更大的增量不计入。留空：不限；此时增量小于量程一半才认作溢出。',
      },
    }),
    reset: field(z.enum(['zero', 'anywhere']).default('zero'), {
      title: { en: 'When it falls otherwise', zh: '其他回落时' },
      options: {
        zero: { en: 'It began anew at zero', zh: '视为从零重新开始' },
        anywhere: { en: 'Another meter: count from its first value', zh: '视为换表：从新表首值起计' },
      },
    }),
    gap: field(z.number().positive().optional(), {
      title: { en: 'Estimated after a gap of', zh: '中断超过此时长视为估计' },
      unit: 's',
      help: {
        en: 'The step over a longer gap is marked uncertain. Empty: never.',
        zh: '跨越更长中断的增量标记为不确定。留空：不标记。',
      },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number() },
  output: { value: number(same('value')), total: number(same('value')), kind: text() },
  state: { last: f64(Number.NaN), at: f64(Number.NEGATIVE_INFINITY), total: f64() },
  each(row, s, p, ctx) {
    if (row.time < s.at) {
      ctx.late();
      return;
    }
    const before = s.last;
    const gap = row.time - s.at;
    s.last = row.value;
    s.at = row.time;
    if (Number.isNaN(before)) return;
    const most = p.maxStep ?? Number.POSITIVE_INFINITY;
    const range = p.rollover ?? 0;
    let step = row.value - before;
    let kind = 'count';
    let mark = p.gap !== undefined && gap > p.gap * 1000 ? ESTIMATED : 0;
    if (step < 0) {
      const around = step + range;
      if (around >= 0 && around <= Math.min(most, p.maxStep === undefined ? range / 2 : most)) {
        kind = 'rollover';
        step = around;
      } else {
        kind = 'reset';
        step = p.reset === 'zero' && row.value >= 0 ? row.value : 0;
        mark = ESTIMATED;
      }
    }
    if (step > most) {
      kind = 'jump';
      step = 0;
      mark = IMPLAUSIBLE;
    }
    s.total += step;
    return { quality: Math.max(row.quality, mark), value: step, total: s.total, kind };
  },
});
