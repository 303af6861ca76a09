import { type ColumnList, defineBlock, field, frameFrom, integer, z } from '#blocks/sdk/index.ts';
import { columnName } from '../map/columns.ts';
import { group, HOW } from './group.ts';

/** Of how many there are and of means the type does not depend on the column's. */
const values: ColumnList = {
  param: 'values',
  typeBy: { field: 'how', types: { count: 'integer', distinct: 'integer', mean: 'number', sd: 'number' } },
};

export default defineBlock({
  id: 'transform.group',
  version: '1.0.0',
  title: { en: 'Group and aggregate', zh: '分组汇总' },
  summary: {
    en: 'One row per group of a table, with sum, mean, count, minimum, maximum, first or last of its columns.',
    zh: '按键列分组，每组一行，给出合计、平均、计数、最小、最大、首值或末值。',
  },
  words: { en: 'aggregate pivot sum by category total per', zh: '汇总 聚合 合计 分类 统计 透视' },
  icon: 'table-column',
  reference: 'ISO/IEC 9075-2 (GROUP BY)',
  labels: { rows: { en: 'Rows of the group', zh: '组内行数' } },
  params: z
    .object({
      keys: field(
        z
          .array(z.object({ name: columnName, from: columnName.optional() }))
          .max(20)
          .default([]),
        {
          title: { en: 'Grouped by', zh: '分组列' },
          help: { en: 'None: one row for the whole table.', zh: '不填：整表汇总为一行。' },
        },
      ),
      values: field(
        z
          .array(z.object({ name: columnName, from: columnName.optional(), how: z.enum(HOW), unit: z.string().optional() }))
          .min(1)
          .max(100),
        {
          title: { en: 'Values', zh: '汇总列' },
          help: {
            en: 'name it gets, from the column, how: sum, mean, count, distinct, min, max, first, last, sd.',
            zh: 'name 为新列名，from 为来源列，how 取 sum、mean、count、distinct、min、max、first、last、sd。',
          },
        },
      ),
    })
    .refine((p) => new Set([...p.keys, ...p.values].map((c) => c.name)).size === p.keys.length + p.values.length, {
      path: ['values'],
      message: 'two columns get the same name | 有两列使用了同一名称',
    }),
  carry: 'none',
  input: frameFrom(['keys', 'values']),
  output: frameFrom(['keys', values], { rows: integer() }),
  each: (row, _s, p) => group(row, p.keys, p.values),
});
