import { defineBlock, field, i32, jsonState, text, z } from '#blocks/sdk/index.ts';
import { leftIn, mint, type Range, rangeOf } from './mint.ts';

export default defineBlock({
  id: 'trace.serial',
  version: '1.0.0',
  title: { en: 'Serial number', zh: '序列号赋码' },
  summary: {
    en: 'Gives each row the next identifier of a pool: SGTIN, SSCC, GRAI or GIAI; no number twice, whatever crashes.',
    zh: '为每行从号池取下一个标识：SGTIN、SSCC、GRAI 或 GIAI；无论何种故障均不重号。',
  },
  words: { en: 'GS1 mint label print pallet unit commissioning lease', zh: '赋码 喷码 打标 托盘 一物一码 领用' },
  icon: 'qrcode',
  capabilities: ['record.write:serial'],
  reference: 'GS1 General Specifications, sections 2 and 7.9; GS1 Digital Link',
  labels: {
    trigger: { en: 'Trigger', zh: '触发' },
    problem: { en: 'Not given', zh: '未赋码' },
    element: { en: 'Element string', zh: '数据串' },
    link: { en: 'Digital Link', zh: '数字链接' },
    serial: { en: 'Serial number', zh: '序列号' },
  },
  params: z.object({
    pool: field(z.string().min(1).max(120), {
      title: { en: 'Pool', zh: '号池' },
      help: { en: 'Number of the record of the kind serial.', zh: '序列号池记录的编号。' },
    }),
    lease: field(z.number().int().min(1).max(100_000).default(100), {
      title: { en: 'Numbers leased at once', zh: '每次领用数量' },
      help: {
        en: 'What is leased and not used when the app is removed stays unused.',
        zh: '应用移除时已领未用的序号不再使用。',
      },
    }),
    ahead: field(z.number().int().min(0).max(100_000).default(20), {
      title: { en: 'Lease more when left', zh: '剩余多少时再领' },
    }),
    most: field(z.number().int().min(1).max(10_000).default(1000), {
      title: { en: 'Rows that wait at most', zh: '最多等待行数' },
    }),
  }),
  carry: 'none',
  stateScope: 'node',
  inputs: { trigger: {} },
  outputs: {
    out: { element: text(), link: text(), serial: text() },
    problem: { reason: text() },
  },
  state: { open: i32(), ranges: jsonState<Range[]>([]), waiting: jsonState<number[]>([]) },
  on: {
    trigger(row, s, p, ctx) {
      const range = s.ranges[0];
      if (range !== undefined && s.waiting.length === 0) {
        const made = mint(range);
        range.next++;
        if (leftIn(range) === 0) s.ranges.shift();
        ctx.emit({ out: { time: row.time, element: made.element, link: made.link, serial: made.serial } });
      } else {
        if (s.waiting.length >= p.most) throw new RangeError(`${p.most} rows wait for numbers already: lease more at once`);
        s.waiting.push(row.time);
      }
      const left = s.ranges.reduce((sum, one) => sum + leftIn(one), 0);
      if (s.open === 1 || left > p.ahead) return;
      s.open = 1;
      ctx.effect('record.write', { kind: 'serial', code: p.pool, transition: 'lease', data: { count: p.lease } });
    },
  },
  onResult(answer, s, p, ctx) {
    s.open = 0;
    const range = answer.ok ? rangeOf(answer.value) : undefined;
    if (range === undefined) {
      const reason = answer.reason ?? 'unknown';
      // what waited gets nothing: it is told, row by row, and the next row asks again
      for (const time of s.waiting) ctx.emit({ problem: { time, reason } });
      s.waiting = [];
      return;
    }
    s.ranges.push(range);
    const due = s.waiting;
    s.waiting = [];
    for (const time of due) {
      const first = s.ranges[0];
      if (first === undefined) {
        s.waiting.push(time);
        continue;
      }
      const made = mint(first);
      first.next++;
      if (leftIn(first) === 0) s.ranges.shift();
      ctx.emit({ out: { time, element: made.element, link: made.link, serial: made.serial } });
    }
    if (s.waiting.length === 0) return;
    s.open = 1;
    ctx.effect('record.write', { kind: 'serial', code: p.pool, transition: 'lease', data: { count: p.lease } });
  },
});
