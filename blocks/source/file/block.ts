import { defineBlock, field, frameFrom, i32, integer, jsonState, text, z } from '#blocks/sdk/index.ts';
import { frameOf, problemOf, tableFields } from '../record/table.ts';

export default defineBlock({
  id: 'source.file',
  version: '1.0.0',
  title: { en: 'File', zh: '文件' },
  summary: {
    en: 'Reads the file of a document (CSV, XLSX, JSON, Parquet) as a table whenever a row names one.',
    zh: '每当一行给出文档编号，即读取其文件（CSV、XLSX、JSON、Parquet），输出为表。',
  },
  words: { en: 'csv excel xlsx json parquet upload drop import spreadsheet', zh: '表格 电子表格 上传 投放 导入 GB18030' },
  icon: 'file-import',
  capabilities: ['file.read'],
  reference: 'RFC 4180 (CSV); ISO/IEC 29500 (XLSX); RFC 8259 (JSON); Apache Parquet',
  labels: {
    trigger: { en: 'Trigger', zh: '触发' },
    document: { en: 'Number of the document', zh: '文档编号' },
    problem: { en: 'Not read', zh: '未读取' },
    line: { en: 'Line', zh: '行号' },
    rows: { en: 'Rows', zh: '行数' },
  },
  params: z.object({
    encoding: field(z.enum(['auto', 'utf-8', 'gb18030']).default('auto'), {
      title: { en: 'Encoding', zh: '编码' },
      options: {
        auto: { en: 'Found out', zh: '自动识别' },
        'utf-8': { en: 'UTF-8', zh: 'UTF-8 编码' },
        gb18030: { en: 'GB 18030', zh: 'GB 18030 编码' },
      },
    }),
    fields: field(tableFields, {
      title: { en: 'Columns', zh: '列' },
      help: {
        en: 'name, type, path (the heading in the file), unit, unitPath (heading of the unit), required.',
        zh: 'name、type、path（文件中的列标题）、unit、unitPath（单位所在列标题）、required。',
      },
    }),
    limit: field(z.number().int().min(1).max(10_000).default(1_000), { title: { en: 'Rows at most', zh: '最多行数' } }),
    most: field(z.number().int().min(1).max(1_000).default(100), {
      title: { en: 'Files that wait at most', zh: '最多等待文件数' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { trigger: { document: text() } },
  outputs: {
    /** Its own time is the time of the row that asked. */
    out: frameFrom('fields'),
    problem: { document: text(), reason: text(), line: integer(), rows: integer() },
  },
  state: { open: i32(), asked: jsonState<{ document: string; at: number }[]>([]) },
  on: {
    trigger(row, s, p, ctx) {
      if (s.asked.length >= p.most) throw new RangeError(`${p.most} files wait already: they come faster than they are read`);
      s.asked.push({ document: row.document, at: row.time });
      if (s.open === 1) return;
      s.open = 1;
      ctx.effect('file.read', { document: row.document, encoding: p.encoding, fields: p.fields, limit: p.limit, asOf: ctx.now });
    },
  },
  onResult(answer, s, p, ctx) {
    const asked = s.asked.shift();
    const at = asked?.at ?? ctx.now;
    const document = asked?.document ?? '';
    if (answer.ok) {
      ctx.emit({ out: frameOf(answer.value, p.fields, at) });
      const problem = problemOf(answer.value, at);
      if (problem !== undefined)
        ctx.emit({ problem: { time: problem.time, document, reason: problem.reason, line: problem.line, rows: problem.rows } });
    } else ctx.emit({ problem: { time: at, document, reason: answer.reason ?? '', line: 0, rows: 0 } });
    s.open = 0;
    const next = s.asked[0];
    if (next !== undefined) {
      s.open = 1;
      ctx.effect('file.read', { document: next.document, encoding: p.encoding, fields: p.fields, limit: p.limit, asOf: ctx.now });
    }
  },
});
