import { columnNames, defineBlock, field, jsonState, number, rows, text, z } from '#blocks/sdk/index.ts';
import { type Baseline, healthOf, learn } from './index-of.ts';

export default defineBlock({
  id: 'condition.health',
  version: '1.0.0',
  title: { en: 'Health', zh: '健康度' },
  summary: {
    en: 'Health of a machine from 1 to 0: how far its features are from their baseline, and which of them are to blame.',
    zh: '由各特征偏离基线的程度给出设备健康度（1 至 0）及主要贡献项。',
  },
  words: { en: 'health index condition baseline contributors score', zh: '健康指数 状态 基线 贡献' },
  icon: 'heartbeat',
  reference: 'ISO 13381-1; ISO 17359 (baseline and deviation); weighted standardised deviation as in the README',
  labels: {
    health: { en: 'Health', zh: '健康度' },
    deviation: { en: 'Deviation', zh: '偏离度' },
    contributors: { en: 'Contributors', zh: '贡献项' },
    top: { en: 'Main contributor', zh: '首要贡献项' },
  },
  params: z
    .object({
      columns: columnNames({ title: { en: 'Features', zh: '特征列' } }),
      baseline: field(z.number().int().min(5).max(1_000_000).default(100), {
        title: { en: 'Rows of the baseline', zh: '基线行数' },
        help: { en: 'The first rows of a machine, known to be good.', zh: '设备最初确认正常的若干行。' },
      }),
      weights: field(z.array(z.number().positive()).default([]), {
        title: { en: 'Weights', zh: '权重' },
        help: { en: 'One per feature; empty: all alike.', zh: '每个特征一个；留空：等权。' },
      }),
      healthy: field(z.number().min(0).default(3), {
        title: { en: 'Healthy up to', zh: '健康上限' },
        help: { en: 'Standard deviations.', zh: '标准差倍数。' },
      }),
      failed: field(z.number().positive().default(12), {
        title: { en: 'Worn out from', zh: '失效下限' },
        help: { en: 'Standard deviations.', zh: '标准差倍数。' },
      }),
      direction: field(z.enum(['both', 'up']).default('both'), {
        title: { en: 'What counts', zh: '计入方向' },
        options: { both: { en: 'Any deviation', zh: '双向偏离' }, up: { en: 'Rising alone', zh: '仅上升' } },
      }),
    })
    .refine((p) => p.weights.length === 0 || p.weights.length === p.columns.length, {
      message: 'give one weight per feature, or none | 权重个数须与特征数相同，或留空',
      path: ['weights'],
    })
    .refine((p) => p.healthy < p.failed, { message: 'worn out lies beyond healthy | 失效下限须大于健康上限', path: ['failed'] }),
  badQuality: 'skip',
  input: rows({}, { listed: 'columns' }),
  output: { health: number('1'), deviation: number('1'), top: text(), contributors: text() },
  state: { base: jsonState<Baseline>({ n: 0, sum: [], squares: [], pivot: [] }) },
  each(row, s, p) {
    const all = row as unknown as Readonly<Record<string, number>>;
    const values = p.columns.map((name) => all[name] as number);
    if (s.base.n < p.baseline) {
      learn(s.base, values);
      return;
    }
    const h = healthOf(s.base, values, { weights: p.weights, healthy: p.healthy, failed: p.failed, up: p.direction === 'up' });
    const order = h.shares.map((share, j) => ({ share, name: p.columns[j] as string })).sort((a, b) => b.share - a.share);
    return {
      health: h.health,
      deviation: h.deviation,
      top: h.deviation > p.healthy ? (order[0]?.name ?? '') : '',
      contributors: order
        .slice(0, 3)
        .map((o) => `${o.name} ${(100 * o.share).toFixed(0)} %`)
        .join('; '),
    };
  },
});
