import { boolean, columnsFrom, defineBlock, field, frameFrom, jsonState, z } from '#blocks/sdk/index.ts';
import { columnChoice, columnName } from '../map/columns.ts';
import { find, type Kept, keep } from './look-up.ts';

export default defineBlock({
  id: 'transform.join',
  version: '1.0.0',
  title: { en: 'Look up in a table', zh: '查表关联' },
  summary: {
    en: 'Adds to each row the columns of the table row with the same keys, valid at the time of the row.',
    zh: '按关键列（及有效期）把表中对应行的列补到每行数据上。',
  },
  words: { en: 'join lookup enrich master data reference table merge', zh: '关联 查表 匹配 主数据 参照表 合并' },
  icon: 'table-shortcut',
  reference: 'ISO/IEC 9075-2 (joined table; application-time periods)',
  labels: {
    rows: { en: 'Rows', zh: '数据行' },
    table: { en: 'Table', zh: '表' },
    found: { en: 'Found', zh: '已匹配' },
  },
  params: z
    .object({
      keys: field(
        z
          .array(z.object({ name: columnName, from: columnName.optional(), table: columnName.optional() }))
          .min(1)
          .max(10),
        {
          title: { en: 'Keys', zh: '关键列' },
          help: {
            en: 'name it gets, from the column of the rows, table the column of the table (both absent: the same name).',
            zh: 'name 为输出列名，from 为数据行中的列，table 为表中的列（不填则同名）。',
          },
        },
      ),
      keep: columnChoice({ title: { en: 'Columns of the rows', zh: '数据行的列' } }),
      take: columnChoice({ title: { en: 'Columns of the table', zh: '表的列' } }),
      validity: field(
        z
          .array(z.object({ name: z.enum(['validFrom', 'validTo']), from: columnName }))
          .max(2)
          .default([]),
        {
          title: { en: 'Validity in the table', zh: '表中的有效期' },
          help: {
            en: 'Columns with the times from (inclusive) and to (exclusive) of each table row.',
            zh: '各表行有效期的起（含）止（不含）时间列。',
          },
        },
      ),
      unmatched: field(z.enum(['keep', 'drop']).default('keep'), {
        title: { en: 'Rows without a match', zh: '未匹配的行' },
        options: { keep: { en: 'Kept, their columns missing', zh: '保留，补列为缺失' }, drop: { en: 'Dropped', zh: '舍去' } },
      }),
    })
    .refine(
      (p) => new Set([...p.keys, ...p.keep, ...p.take].map((c) => c.name)).size === p.keys.length + p.keep.length + p.take.length,
      {
        path: ['take'],
        message: 'two columns get the same name | 有两列使用了同一名称',
      },
    )
    .refine((p) => ![...p.keys, ...p.keep, ...p.take].some((c) => ['time', 'key', 'quality', 'found'].includes(c.name)), {
      path: ['keep'],
      message:
        "every row has 'time', 'key', 'quality' and here 'found': give another name | 每行已有 time、key、quality 以及 found，请另取名称",
    }),
  carry: 'none',
  stateScope: 'node',
  inputs: {
    rows: columnsFrom(['keys', 'keep']),
    table: frameFrom([{ param: 'keys', from: 'table' }, 'take', 'validity']),
  },
  output: columnsFrom(['keys', 'keep', 'take'], { found: boolean() }),
  state: { table: jsonState<Kept>({ index: {}, columns: {}, quality: 0x89 }) },
  on: {
    rows(row, s, p) {
      const at = find(s.table, row, p.keys, row.time);
      if (at < 0 && p.unmatched === 'drop') return;
      return joined(row, s.table, at, p.keys, p.keep, p.take);
    },
    table(row, s, p) {
      keep(s.table, row, p.keys, p.take, p.validity);
    },
  },
});

/** Of a row that no table row fits the added columns are missing; the rest is as good as it came. */
function joined(
  row: Readonly<Record<string, unknown>>,
  table: Kept,
  at: number,
  keys: readonly { readonly name: string }[],
  kept: readonly { readonly name: string }[],
  take: readonly { readonly name: string }[],
): Record<string, unknown> {
  const out: Record<string, unknown> = { found: at >= 0 };
  for (const c of keys) out[c.name] = row[c.name];
  for (const c of kept) out[c.name] = row[c.name];
  for (const c of take) out[c.name] = at < 0 ? undefined : table.columns[c.name]?.[at];
  out.quality = Math.max(row.quality as number, at < 0 ? 0 : table.quality);
  return out;
}
