import { defineBlock, field, frameFrom, integer, z } from '#blocks/sdk/index.ts';
import { columnChoice, columnName } from '../map/columns.ts';
import { anonymise } from './anonymity.ts';

export default defineBlock({
  id: 'transform.anonymise',
  version: '1.0.0',
  title: { en: 'k-anonymity of a table', zh: '表的 k-匿名' },
  summary: {
    en: 'Generalises identifying columns step by step until every combination occurs at least k times, and leaves out rows that stay rare.',
    zh: '逐级泛化可识别列，直到每种组合至少出现 k 次；仍罕见的行予以删除。',
  },
  words: { en: 'privacy k-anonymity generalise suppress share', zh: '隐私 匿名 泛化 抑制 共享' },
  icon: 'users-group',
  reference: 'Samarati & Sweeney 1998; Sweeney, IJUFKS 10 (2002) 557',
  labels: { group: { en: 'Size of the group', zh: '组的大小' } },
  params: z
    .object({
      k: field(z.number().int().min(2).max(10_000).default(5), { title: { en: 'k', zh: 'k' } }),
      identifying: field(
        z
          .array(
            z.object({
              name: columnName,
              from: columnName.optional(),
              type: z.literal('text').default('text'),
              /** Widths of bands, or characters cut from the end: one more general than the one before. */
              bands: z.array(z.number().positive()).max(10).optional(),
              cut: z.array(z.number().int().min(1)).max(10).optional(),
            }),
          )
          .min(1)
          .max(8),
        {
          title: { en: 'Columns that identify together', zh: '准标识列' },
          help: {
            en: 'bands: widths for a number, finest first; cut: characters replaced by * from the end of a text. The last level is *.',
            zh: 'bands：数值分段宽度，由细到粗；cut：文本末尾以 * 代替的字符数。最后一级为 *。',
          },
        },
      ),
      keep: columnChoice({ title: { en: 'Other columns kept', zh: '其余保留列' } }),
      most: field(z.number().min(0).max(100).default(5), {
        title: { en: 'Most rows left out', zh: '最多删除行数占比' },
        unit: '%',
        help: { en: 'With more rare rows the columns are generalised further.', zh: '罕见行更多时继续泛化。' },
      }),
    })
    .refine((p) => new Set([...p.identifying, ...p.keep].map((c) => c.name)).size === p.identifying.length + p.keep.length, {
      path: ['keep'],
      message: 'two columns get the same name | 有两列使用了同一名称',
    }),
  carry: 'none',
  input: frameFrom(['identifying', 'keep']),
  output: frameFrom(['identifying', 'keep'], { group: integer() }),
  each: (row, _s, p) => anonymise(row, p.k, p.identifying, p.keep, p.most),
});
