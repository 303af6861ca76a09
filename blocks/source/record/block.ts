import { defineBlock, f64, field, frameFrom, i32, integer, text, z } from '#blocks/sdk/index.ts';
import { frameOf, problemOf, tableFields } from './table.ts';

export default defineBlock({
  id: 'source.record',
  version: '1.0.0',
  title: { en: 'Business records', zh: '业务记录' },
  summary: {
    en: 'Reads the records of a kind, as they are at that moment, as a table whenever a row comes.',
    zh: '每到一行即读取某类业务记录在该时刻的状态，输出为表。',
  },
  words: { en: 'order lot job routing recipe erp mes master data query', zh: '订单 批次 作业 工艺路线 配方 主数据 查询' },
  icon: 'table-import',
  capabilities: ['record.read:{kind}'],
  reference: 'IEC 62264-2 (objects of manufacturing operations)',
  labels: {
    trigger: { en: 'Trigger', zh: '触发' },
    problem: { en: 'Not read', zh: '未读取' },
    line: { en: 'Row', zh: '行' },
    rows: { en: 'Rows', zh: '行数' },
  },
  params: z.object({
    kind: field(
      z
        .string()
        .regex(/^[a-z][a-z-]*$/)
        .default('order'),
      {
        title: { en: 'Kind', zh: '类别' },
        help: {
          en: 'order, job, lot, unit, routing, recipe, tariff …',
          zh: 'order 订单、job 作业、lot 批次、unit 单件、routing 工艺路线等',
        },
      },
    ),
    states: field(z.array(z.string().min(1).max(40)).max(20).default([]), {
      title: { en: 'Only in these states', zh: '仅限这些状态' },
      help: { en: 'None: in any. Such as released, running.', zh: '留空为任意状态，如 released、running。' },
    }),
    rows: field(z.string().max(100).default(''), {
      title: { en: 'A row is', zh: '每行对应' },
      help: {
        en: 'Empty: a record. The name of a list, such as lines or parents: each of its rows.',
        zh: '留空为一条记录；填列表名（如 lines、parents）则为其每一行。',
      },
    }),
    fields: field(tableFields, {
      title: { en: 'Columns', zh: '列' },
      help: {
        en: 'name, type, path (code, state, version, at, or a field such as due, lines.item), unit, unitPath, required.',
        zh: 'name、type、path（code、state、version、at，或字段如 due、lines.item）、unit、unitPath、required。',
      },
    }),
    limit: field(z.number().int().min(1).max(10_000).default(1_000), { title: { en: 'Rows at most', zh: '最多行数' } }),
    pause: field(z.number().min(0).default(0), {
      title: { en: 'Least time between two reads', zh: '两次读取的最短间隔' },
      unit: 's',
    }),
  }),
  carry: 'none',
  inputs: { trigger: {} },
  outputs: {
    /** Its own time is the time of the row that asked. */
    out: frameFrom('fields'),
    problem: { reason: text(), line: integer(), rows: integer() },
  },
  state: { open: i32(), asked: f64(Number.NEGATIVE_INFINITY), next: f64(Number.NaN) },
  on: {
    trigger(row, s, p, ctx) {
      if (row.time - s.asked < p.pause * 1000) return;
      // the newest question is asked when the open one is answered
      if (s.open === 1) {
        s.next = row.time;
        return;
      }
      s.open = 1;
      s.asked = row.time;
      ctx.effect('record.read', {
        kind: p.kind,
        states: p.states,
        ...(p.rows === '' ? {} : { rows: p.rows }),
        fields: p.fields,
        limit: p.limit,
        asOf: ctx.now,
      });
    },
  },
  onResult(answer, s, p, ctx) {
    if (answer.ok) {
      ctx.emit({ out: frameOf(answer.value, p.fields, s.asked) });
      const problem = problemOf(answer.value, s.asked);
      if (problem !== undefined)
        ctx.emit({ problem: { time: problem.time, reason: problem.reason, line: problem.line, rows: problem.rows } });
    } else ctx.emit({ problem: { time: s.asked, reason: answer.reason ?? '', line: 0, rows: 0 } });
    s.open = 0;
    const next = s.next;
    s.next = Number.NaN;
    // no number: nobody asked meanwhile
    if (next >= s.asked + p.pause * 1000) {
      s.open = 1;
      s.asked = next;
      ctx.effect('record.read', {
        kind: p.kind,
        states: p.states,
        ...(p.rows === '' ? {} : { rows: p.rows }),
        fields: p.fields,
        limit: p.limit,
        asOf: ctx.now,
      });
    }
  },
});
