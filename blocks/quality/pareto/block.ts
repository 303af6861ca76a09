import { boolean, defineBlock, field, frame, number, same, text, z } from '#blocks/sdk/index.ts';
import { rank } from './rank.ts';

export default defineBlock({
  id: 'quality.pareto',
  version: '1.0.0',
  title: { en: 'Pareto', zh: '帕累托分析' },
  summary: {
    en: 'Ranks categories by weight with shares and cumulative shares, and marks the vital few.',
    zh: '按权重对类别排序，给出占比和累计占比，并标出关键少数。',
  },
  words: { en: 'rank 80/20 defects causes abc', zh: '排列图 二八 缺陷 原因' },
  icon: 'chart-bar',
  reference: 'Juran, Quality Control Handbook: Pareto analysis; JIS Q 9024 Pareto diagram',
  params: z.object({
    cut: field(z.number().gt(0).max(100).default(80), { title: { en: 'Share of the vital few', zh: '关键少数占比' }, unit: '%' }),
  }),
  labels: { vital: { en: 'Vital few', zh: '关键少数' } },
  carry: 'none',
  input: frame({ category: text(), weight: number() }),
  output: frame({
    category: text(),
    weight: number(same('weight')),
    share: number('%'),
    cumulative: number('%'),
    vital: boolean(),
  }),
  each(row, _s, p) {
    const r = rank(row.category, row.weight, p.cut);
    return { category: r.category, weight: r.weight, share: r.share, cumulative: r.cumulative, vital: r.vital };
  },
});
