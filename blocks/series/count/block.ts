import { defineBlock, f64, field, integer, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.count',
  version: '1.0.0',
  title: { en: 'Every n values', zh: '计数窗口统计' },
  summary: {
    en: 'Mean, minimum, maximum, standard deviation of every n usable values, in the order in which they arrive.',
    zh: '按到达顺序，每 n 个可用值计算一次均值、最小值、最大值和标准差。',
  },
  words: { en: 'count window subgroup batch every', zh: '计数 窗口 子组 每批' },
  icon: 'chart-histogram',
  params: z.object({
    n: field(z.number().int().min(1).max(1_000_000).default(5), { title: { en: 'Values', zh: '个数' } }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number() },
  output: {
    mean: number(same('value')),
    min: number(same('value')),
    max: number(same('value')),
    sd: number(same('value')),
    count: integer(),
  },
  state: { count: f64(), mean: f64(), squares: f64(), least: f64(), most: f64(), worst: f64() },
  each(row, s, p) {
    if (s.count === 0) {
      s.mean = 0;
      s.squares = 0;
      s.least = row.value;
      s.most = row.value;
      s.worst = 0;
    }
    const before = s.mean;
    s.count++;
    s.mean = before + (row.value - before) / s.count;
    s.squares += (row.value - before) * (row.value - s.mean);
    if (row.value < s.least) s.least = row.value;
    if (row.value > s.most) s.most = row.value;
    if (row.quality > s.worst) s.worst = row.quality;
    if (s.count < p.n) return;
    s.count = 0;
    const sd = p.n > 1 ? Math.sqrt(s.squares / (p.n - 1)) : 0;
    return { quality: s.worst, mean: s.mean, min: s.least, max: s.most, sd, count: p.n };
  },
});
