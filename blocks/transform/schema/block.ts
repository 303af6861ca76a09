import { defineBlock, field, frameFrom, text, z } from '#blocks/sdk/index.ts';
import { columnName } from '../map/columns.ts';
import { mapRecords } from './map-records.ts';
import { readDocument } from './read-document.ts';

export default defineBlock({
  id: 'transform.schema',
  version: '1.0.0',
  title: { en: 'Read a business document', zh: '业务单据解析' },
  summary: {
    en: 'Maps a document (B2MML, UBL or other XML, EDIFACT, CSV, JSON) to a table by paths, types and units.',
    zh: '按路径、类型和单位把单据（B2MML、UBL 等 XML，EDIFACT、CSV、JSON）映射为表。',
  },
  words: { en: 'mapping B2MML UBL EDI EDIFACT XML CSV order ERP MES', zh: '映射 单据 订单 报文 工单 ERP MES EDI' },
  icon: 'file-code',
  reference: 'IEC 62264 / B2MML; OASIS UBL 2.1; ISO 9735 (EDIFACT); RFC 4180; UN/ECE Recommendation 20',
  labels: { document: { en: 'Document', zh: '单据' } },
  params: z
    .object({
      format: field(z.enum(['xml', 'edifact', 'csv', 'json']).default('xml'), {
        title: { en: 'Format', zh: '格式' },
        options: {
          xml: { en: 'XML (B2MML, UBL …)', zh: 'XML（B2MML、UBL 等）' },
          edifact: { en: 'EDIFACT', zh: 'EDIFACT 报文' },
          csv: { en: 'CSV', zh: 'CSV 表格' },
          json: { en: 'JSON', zh: 'JSON 数据' },
        },
      }),
      rows: field(z.string().min(1).max(300), {
        title: { en: 'A row is', zh: '每行对应' },
        help: {
          en: 'Path of what repeats: Order/OrderLine/LineItem, message/LIN, row, data/items.',
          zh: '重复部分的路径，如 Order/OrderLine/LineItem、message/LIN、row、data/items。',
        },
      }),
      fields: field(
        z
          .array(
            z.object({
              name: columnName,
              type: z.enum(['number', 'integer', 'boolean', 'text', 'time']),
              path: z.string().min(1).max(300),
              unit: z.string().min(1).optional(),
              unitPath: z.string().min(1).max(300).optional(),
              required: z.boolean().default(false),
            }),
          )
          .min(1)
          .max(200)
          .refine((list) => new Set(list.map((c) => c.name)).size === list.length, {
            message: 'two columns get the same name | 有两列使用了同一名称',
          })
          .refine((list) => list.every((c) => c.unitPath === undefined || c.unit !== undefined), {
            message: "a field with 'unitPath' needs the 'unit' to convert to | 给出 unitPath 时须给出目标单位 unit",
          }),
        {
          title: { en: 'Fields', zh: '字段' },
          help: {
            en: 'name, type, path from the row (a leading / from the root, @name an attribute, a[b=x] a condition), unit, unitPath, required.',
            zh: 'name、type、path（相对于行；以 / 开头自根起，@name 取属性，a[b=x] 为条件）、unit、unitPath、required。',
          },
        },
      ),
      separator: field(z.string().length(1).default(','), { title: { en: 'Separator of CSV', zh: 'CSV 分隔符' } }),
      comma: field(z.boolean().default(false), { title: { en: 'Decimal comma', zh: '小数点为逗号' } }),
    })
    .refine((p) => p.separator !== '"', { path: ['separator'], message: 'a quotation mark cannot separate | 引号不能作分隔符' }),
  carry: 'none',
  badQuality: 'skip',
  input: { document: text() },
  output: frameFrom('fields'),
  each: (row, _s, p) => mapRecords(readDocument(row.document, p.format, p.separator), p.rows, p.fields, p.comma),
});
