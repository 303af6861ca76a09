import { boolean, columnNames, defineBlock, field, jsonState, number, rows, z } from '#blocks/sdk/index.ts';
import { valuesOf } from '../table.ts';
import { judge, type Learned } from './learner.ts';

export default defineBlock({
  id: 'learn.anomaly',
  version: '1.0.0',
  title: { en: 'Anomaly', zh: '异常检测' },
  summary: {
    en: 'Learns what is usual from the first rows and says how unusual each later row is, with a limit.',
    zh: '从最初若干行学习正常状态，对之后每行给出异常得分与限值。',
  },
  words: { en: 'outlier novelty isolation forest mahalanobis hotelling t2 residual', zh: '离群 孤立森林 马氏距离 残差 新奇检测' },
  icon: 'radar',
  reference: 'Hotelling 1947; Tracy, Young & Mason 1992 (limit); Liu, Ting & Zhou 2008 (isolation forest)',
  labels: { anomaly: { en: 'Unusual', zh: '异常' } },
  params: z
    .object({
      columns: columnNames({ title: { en: 'Columns', zh: '特征列' } }),
      method: field(z.enum(['mahalanobis', 'forest', 'residual']).default('mahalanobis'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          mahalanobis: { en: 'Distance from the centre (T²)', zh: '马氏距离（T²）' },
          forest: { en: 'Isolation forest', zh: '孤立森林' },
          residual: { en: 'Deviation from the newest rows', zh: '相对最近数据的偏差' },
        },
      }),
      train: field(z.number().int().min(8).max(20_000).default(400), {
        title: { en: 'Rows learned from', zh: '学习行数' },
        help: {
          en: 'The first ones; for deviations always the newest ones.',
          zh: '取最初的行；“偏差”方法始终取最近的行。',
        },
      }),
      alpha: field(z.number().gt(0).lt(0.5).default(0.01), {
        title: { en: 'Usual rows that may be called unusual', zh: '误报率 α' },
      }),
      trees: field(z.number().int().min(1).max(500).default(100), { title: { en: 'Trees of the forest', zh: '森林树数' } }),
      sample: field(z.number().int().min(2).max(4096).default(256), { title: { en: 'Rows per tree', zh: '每棵树样本数' } }),
      seed: field(z.number().int().min(0).max(2_147_483_647).default(1), { title: { en: 'Seed', zh: '随机种子' } }),
    })
    .refine((p) => p.method !== 'mahalanobis' || p.train > 2 * p.columns.length, {
      message: 'learn from more than twice as many rows as there are columns | 学习行数须多于列数的两倍',
      path: ['train'],
    }),
  badQuality: 'skip',
  input: rows({}, { listed: 'columns' }),
  output: { score: number('1'), limit: number('1'), anomaly: boolean() },
  state: { learned: jsonState<Learned>({ rows: [], ellipsoid: null, forest: null, rolling: [] }) },
  each(row, s, p) {
    const verdict = judge(s.learned, valuesOf(row, p.columns), p);
    return verdict && { score: verdict.score, limit: verdict.limit, anomaly: verdict.score > verdict.limit };
  },
});
