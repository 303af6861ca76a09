import { columnsFrom, defineBlock, expression, z } from '#blocks/sdk/index.ts';
import { columnChoice } from './columns.ts';

export default defineBlock({
  id: 'transform.map',
  version: '1.0.0',
  title: { en: 'Select and convert', zh: '选列与换算' },
  summary: {
    en: 'Selects, renames and converts columns, and lets through only the rows that meet a condition.',
    zh: '选取、改名并换算列的单位，只放行满足条件的行。',
  },
  words: { en: 'select rename filter unit convert project columns', zh: '选择 改名 过滤 筛选 单位 换算 列' },
  icon: 'columns',
  params: z.object({
    columns: columnChoice({ title: { en: 'Columns to give', zh: '输出列' } }),
    where: expression<boolean>({
      title: { en: 'Only rows where', zh: '仅保留满足条件的行' },
      help: { en: 'Over the columns of the wire, before renaming.', zh: '使用连线上的列名（改名之前）。' },
    }).prefault('true'),
  }),
  carry: 'none',
  input: columnsFrom('columns'),
  output: columnsFrom('columns'),
  each: (row, _s, p) => (p.where(row) ? row : undefined),
});
