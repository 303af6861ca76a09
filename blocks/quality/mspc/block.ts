import { boolean, columnNames, defineBlock, field, frame, jsonState, number, rows, text, z } from '#blocks/sdk/index.ts';
import { judge, largest, learn, type Model, modelOf, numbersOf, type Training } from './model.ts';

export default defineBlock({
  id: 'quality.mspc',
  version: '1.0.0',
  title: { en: 'Multivariate monitoring (PCA)', zh: '多元统计过程监控（PCA）' },
  summary: {
    en: 'Learns how many columns move together in good production, then watches T² and SPE of each row and names the columns that stand out.',
    zh: '由正常生产数据学习多变量间的相关结构，逐行监控 T² 与 SPE，并指出贡献最大的变量。',
  },
  words: { en: 'mspc hotelling t2 q spe principal components contribution', zh: '主元分析 霍特林 平方预测误差 贡献图 异常' },
  icon: 'chart-dots-3',
  reference:
    'Jackson & Mudholkar 1979, Technometrics 21; Chiang, Russell & Braatz 2001, Fault Detection and Diagnosis in Industrial Systems',
  params: z
    .object({
      columns: columnNames({ title: { en: 'Columns', zh: '变量列' } }),
      components: field(z.number().int().min(1).max(100).default(2), { title: { en: 'Principal components', zh: '主元个数' } }),
      training: field(z.number().int().min(10).max(1_000_000).default(500), {
        title: { en: 'Training rows', zh: '训练行数' },
        help: {
          en: 'The first rows, of good production; nothing is judged before.',
          zh: '最初的正常生产数据；训练完成前不作判定。',
        },
      }),
      alpha: field(z.number().gt(0).lt(0.5).default(0.01), {
        title: { en: 'False alarms', zh: '误报率' },
        help: { en: 'Share of good rows above each limit.', zh: '正常数据超出各限值的比例。' },
      }),
      t2Limit: field(z.number().positive().optional(), {
        title: { en: 'T² limit, when given', zh: '给定 T² 限' },
        help: { en: 'Instead of the one from theory.', zh: '替代理论限值。' },
      }),
      speLimit: field(z.number().positive().optional(), {
        title: { en: 'SPE limit, when given', zh: '给定 SPE 限' },
        help: { en: 'Instead of the one from theory.', zh: '替代理论限值。' },
      }),
    })
    .refine((p) => p.components <= p.columns.length, {
      message: 'there cannot be more components than columns | 主元个数不得多于变量个数',
      path: ['components'],
    })
    .refine((p) => p.training > 2 * p.components && p.training > p.columns.length, {
      message: 'more training rows than columns are needed (usual ten times as many) | 训练行数须多于变量个数（通常十倍以上）',
      path: ['training'],
    }),
  labels: {
    contributions: { en: 'Contributions', zh: '贡献' },
    t2: { en: 'T²', zh: 'T²' },
    t2Limit: { en: 'T² limit', zh: 'T² 限' },
    spe: { en: 'SPE', zh: 'SPE' },
    speLimit: { en: 'SPE limit', zh: 'SPE 限' },
    top: { en: 'Largest contribution', zh: '最大贡献变量' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: rows({}, { listed: 'columns' }),
  /** `contributions` come with every row above a limit. */
  outputs: {
    out: {
      t2: number('1'),
      t2Limit: number('1'),
      spe: number('1'),
      speLimit: number('1'),
      on: boolean(),
      top: text(),
    },
    contributions: frame({ name: text(), t2: number('1'), spe: number('1') }),
  },
  state: {
    training: jsonState<Training>({ n: 0, mean: [], products: [] }),
    learned: jsonState<{ model: Model | null }>({ model: null }),
  },
  each(row, s, p) {
    const x = numbersOf(row, p.columns);
    const model = s.learned.model;
    if (model === null) {
      learn(s.training, x);
      if (s.training.n >= p.training) {
        s.learned.model = modelOf(s.training, p.columns, p.components, p.alpha);
        s.training = { n: 0, mean: [], products: [] };
      }
      return;
    }
    const j = judge(model, x);
    const t2Limit = p.t2Limit ?? model.t2Limit;
    const speLimit = p.speLimit ?? model.speLimit;
    const on = j.t2 > t2Limit || j.spe > speLimit;
    const top = p.columns[largest(j.spe / speLimit > j.t2 / t2Limit ? j.speParts : j.t2Parts)] ?? '';
    return {
      out: { t2: j.t2, t2Limit, spe: j.spe, speLimit, on, top },
      contributions: on && { name: p.columns, t2: j.t2Parts, spe: j.speParts },
    };
  },
});
