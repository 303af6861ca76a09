import { boolean, defineBlock, field, frameFrom, i32, text, unit, z } from '#blocks/sdk/index.ts';
import { codeOf, dataOf } from './table.ts';

/** Quality codes from here on are bad. */
const BAD = 0x80;
const name = z.string().regex(/^[a-z][a-zA-Z0-9_]*$/);
const words = z.object({ en: z.string().min(1).max(300), zh: z.string().min(1).max(300) });

export default defineBlock({
  id: 'notify.report',
  version: '1.0.0',
  title: { en: 'Report', zh: '报表' },
  summary: {
    en: 'Makes a report of a table, as PDF and XLSX, with a chart; it is stored as a document and may go out by e-mail.',
    zh: '把表格生成 PDF 和 XLSX 报表，可带图表；保存为文档，并可通过电子邮件发送。',
  },
  words: { en: 'pdf excel document shift daily monthly print', zh: 'PDF Excel 文档 班报 日报 月报 打印' },
  icon: 'report',
  capabilities: ['record.write:document'],
  labels: { documents: { en: 'Documents', zh: '文档编号' } },
  params: z
    .object({
      title: field(words, { title: { en: 'Title', zh: '标题' }, field: 'bilingual' }),
      prefix: field(
        z
          .string()
          .regex(/^[A-Z][A-Z0-9-]{0,15}$/)
          .default('REPORT'),
        { title: { en: 'Number begins with', zh: '编号前缀' } },
      ),
      columns: field(
        z
          .array(
            z.object({
              name: field(name, { title: { en: 'Column', zh: '列' } }),
              title: field(words, { title: { en: 'Heading', zh: '表头' }, field: 'bilingual' }),
              unit: unit({ title: { en: 'Unit', zh: '单位' } }).optional(),
              show: field(z.enum(['number', 'time', 'text']).default('number'), {
                title: { en: 'Shown as', zh: '显示为' },
                options: {
                  number: { en: 'Number', zh: '数值' },
                  time: { en: 'Time', zh: '时间' },
                  text: { en: 'Text', zh: '文本' },
                },
              }),
            }),
          )
          .min(1)
          .max(12)
          .refine((list) => new Set(list.map((one) => one.name)).size === list.length, {
            message: 'a column is named twice | 有列名重复',
          }),
        { title: { en: 'Columns', zh: '列' } },
      ),
      chart: field(z.enum(['none', 'line', 'bar']).default('none'), {
        title: { en: 'Chart', zh: '图表' },
        help: { en: 'The first column along, the columns of numbers up.', zh: '横轴为第一列，纵轴为各数值列。' },
        options: { none: { en: 'None', zh: '无' }, line: { en: 'Lines', zh: '折线' }, bar: { en: 'Bars', zh: '柱形' } },
      }),
      period: field(z.number().positive().max(31_622_400).default(86_400), {
        title: { en: 'Period', zh: '统计时段' },
        unit: 's',
        help: { en: 'It ends with the time of the table.', zh: '以表格时间为终点。' },
      }),
      zone: field(z.string().min(1).max(60).default('UTC'), {
        title: { en: 'Time zone', zh: '时区' },
        help: { en: 'Such as Asia/Shanghai.', zh: '例如 Asia/Shanghai。' },
      }),
      language: field(z.enum(['en', 'zh', 'both']).default('both'), {
        title: { en: 'Language', zh: '语言' },
        options: { en: { en: 'English', zh: '英文' }, zh: { en: 'Chinese', zh: '中文' }, both: { en: 'Both', zh: '双语' } },
      }),
      format: field(z.enum(['pdf', 'xlsx', 'both']).default('both'), {
        title: { en: 'Format', zh: '格式' },
        options: {
          pdf: { en: 'PDF', zh: 'PDF' },
          xlsx: { en: 'XLSX', zh: 'XLSX' },
          both: { en: 'PDF and XLSX', zh: 'PDF 和 XLSX' },
        },
      }),
      channel: field(z.string().max(60).default(''), {
        title: { en: 'E-mail channel', zh: '电子邮件渠道' },
        help: { en: 'Empty: it is stored and not sent.', zh: '留空则只保存，不发送。' },
      }),
      most: field(z.number().int().min(1).max(5_000).default(1_000), {
        title: { en: 'Most rows', zh: '最多行数' },
        help: { en: 'Of more, the newest.', zh: '超出时取最新的行。' },
      }),
    })
    .refine((p) => p.chart === 'none' || p.columns.slice(1).some((c) => c.show === 'number'), {
      message: 'a chart needs a column of numbers behind the first | 图表在第一列之后至少需要一个数值列',
      path: ['chart'],
    }),
  carry: 'none',
  /** A table with a bad column is refused aloud: on paper nobody sees that figures are not to be trusted. */
  badQuality: 'propagate',
  input: frameFrom('columns'),
  /** One row an answered report. */
  output: { ok: boolean(), documents: text(), reason: text() },
  state: { open: i32() },
  each(row, s, p, ctx) {
    if (s.open === 1) throw new RangeError('a report of this is being made: tables come faster than reports are made');
    if (row.quality >= BAD) return { ok: false, documents: '', reason: 'quality' };
    s.open = 1;
    const charted = p.columns.filter((c, i) => i > 0 && c.show === 'number').map((c) => c.name);
    ctx.effect('report.make', {
      title: p.title,
      code: codeOf(p.prefix, row.key, row.at ?? ctx.now),
      from: (row.at ?? ctx.now) - p.period * 1000,
      to: row.at ?? ctx.now,
      zone: p.zone,
      language: p.language,
      formats: p.format === 'both' ? ['pdf', 'xlsx'] : [p.format],
      columns: p.columns.map((c) => ({ name: c.name, title: c.title, unit: c.unit ?? '', type: c.show })),
      data: dataOf(row, p.columns, row.n ?? 0, p.most),
      chart: p.chart === 'none' ? null : { kind: p.chart, x: p.columns[0]?.name, y: charted.slice(0, 6) },
      channel: p.channel,
    });
  },
  onResult(answer, s) {
    const told = answer.value as { documents?: readonly { code: string }[] } | undefined;
    s.open = 0;
    return {
      ok: answer.ok,
      documents: (told?.documents ?? []).map((one) => one.code).join(', '),
      reason: answer.ok ? '' : (answer.reason ?? ''),
    };
  },
});
