import { columnNames, defineBlock, field, frame, integer, json, number, z } from '#blocks/sdk/index.ts';
import { group } from './group.ts';

export default defineBlock({
  id: 'learn.cluster',
  version: '1.0.0',
  title: { en: 'Groups', zh: '聚类' },
  summary: {
    en: 'Groups the rows of a table by k-means or density, with centres and the silhouette; can choose the number of groups.',
    zh: '按 k 均值或密度对表中各行聚类，给出中心与轮廓系数；可自动确定类数。',
  },
  words: { en: 'k-means dbscan segmentation silhouette persona operating point', zh: 'k 均值 DBSCAN 分群 轮廓系数 画像 工况' },
  icon: 'chart-dots-3',
  reference: 'Lloyd 1982; Arthur & Vassilvitskii 2007 (k-means++); Ester et al. 1996 (DBSCAN); Rousseeuw 1987 (silhouette)',
  labels: {
    centres: { en: 'Centres', zh: '类中心' },
    summary: { en: 'Quality', zh: '聚类质量' },
    group: { en: 'Group', zh: '类别' },
    size: { en: 'Rows', zh: '行数' },
    centre: { en: 'Centre', zh: '中心' },
    groups: { en: 'Groups', zh: '类数' },
    silhouette: { en: 'Silhouette', zh: '轮廓系数' },
    inertia: { en: 'Squares within groups', zh: '类内平方和' },
    noise: { en: 'Rows in no group', zh: '噪声行数' },
  },
  params: z.object({
    columns: columnNames({ title: { en: 'Columns', zh: '特征列' } }),
    method: field(z.enum(['k-means', 'dbscan']).default('k-means'), {
      title: { en: 'Method', zh: '方法' },
      options: { 'k-means': { en: 'k-means', zh: 'k 均值' }, dbscan: { en: 'Density (DBSCAN)', zh: '密度聚类（DBSCAN）' } },
    }),
    k: field(z.number().int().min(0).max(50).default(0), {
      title: { en: 'Number of groups', zh: '类数' },
      help: { en: '0: the one from 2 to 10 with the best silhouette.', zh: '0：在 2–10 中取轮廓系数最大者。' },
    }),
    tries: field(z.number().int().min(1).max(50).default(10), { title: { en: 'Starts tried', zh: '重复次数' } }),
    seed: field(z.number().int().min(0).max(2_147_483_647).default(1), { title: { en: 'Seed', zh: '随机种子' } }),
    radius: field(z.number().positive().default(0.5), { title: { en: 'Radius of a neighbourhood', zh: '邻域半径' } }),
    least: field(z.number().int().min(1).max(1000).default(5), {
      title: { en: 'Rows of a dense neighbourhood', zh: '最少邻居数' },
    }),
    standardise: field(z.boolean().default(true), { title: { en: 'Standardise the columns', zh: '列标准化' } }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({}, { listed: 'columns' }),
  outputs: {
    out: frame({ group: integer() }),
    centres: frame({ group: integer(), size: integer(), centre: json() }),
    summary: { groups: integer(), silhouette: number('1', { optional: true }), inertia: number(), noise: integer() },
  },
  each(row, _s, p) {
    const g = group(row, p);
    const groups = g.centres.map((_, i) => i);
    return {
      out: { group: g.labels },
      centres: {
        group: groups,
        size: groups.map((i) => g.labels.filter((l) => l === i).length),
        centre: g.centres.map((c) => Object.fromEntries(p.columns.map((name, j) => [name, c[j] as number]))),
      },
      summary: {
        groups: groups.length,
        silhouette: g.silhouette,
        inertia: g.inertia,
        noise: g.labels.filter((l) => l < 0).length,
      },
    };
  },
});
