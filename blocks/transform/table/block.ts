import { defineBlock, expression, field, frameFrom, rowAt, z } from '#blocks/sdk/index.ts';
import { columnChoice, columnName } from '../map/columns.ts';
import { lengthOf, pick } from './pick.ts';

export default defineBlock({
  id: 'transform.table',
  version: '1.0.0',
  title: { en: 'Select in a table', zh: '表选列与筛选' },
  summary: {
    en: 'Selects, renames and converts columns of a table, filters and sorts its rows, and keeps the first of them.',
    zh: '对表选列、改名、换算单位，筛选并排序各行，可只保留前若干行。',
  },
  words: { en: 'select rename filter sort top first rows table frame', zh: '选择 改名 过滤 筛选 排序 前几行 表 帧' },
  icon: 'table-options',
  params: z
    .object({
      columns: columnChoice({ title: { en: 'Columns to give', zh: '输出列' } }),
      where: field(
        z
          .array(z.object({ condition: expression<boolean>({ title: { en: 'Condition', zh: '条件' } }) }))
          .max(20)
          .default([]),
        {
          title: { en: 'Only rows where all hold', zh: '仅保留同时满足各条件的行' },
          help: { en: 'Over the columns of the wire, before renaming.', zh: '使用连线上的列名（改名之前）。' },
        },
      ),
      sort: field(
        z
          .array(z.object({ column: columnName, down: z.boolean().default(false) }))
          .max(10)
          .default([]),
        { title: { en: 'Sort by', zh: '排序' }, help: { en: 'Columns by their new names.', zh: '使用改名后的列名。' } },
      ),
      first: field(z.number().int().min(1).optional(), { title: { en: 'Keep the first', zh: '只保留前几行' } }),
    })
    .refine((p) => p.sort.every((s) => p.columns.some((c) => c.name === s.column)), {
      path: ['sort'],
      message: 'sorted by a column that is not given | 排序所用的列不在输出列中',
    }),
  carry: 'none',
  input: frameFrom('columns'),
  output: frameFrom('columns'),
  each(row, _s, p) {
    const kept: number[] = [];
    const n = lengthOf(row, p.columns);
    for (let i = 0; i < n; i++) {
      const one = p.where.length > 0 ? rowAt(row, i) : undefined;
      if (p.where.every((w) => w.condition(one))) kept.push(i);
    }
    return pick(row, kept, p.columns, p.sort, p.first);
  },
});
