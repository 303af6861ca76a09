import { boolean, defineBlock, f64s, field, i32, integer, number, same, text, z } from '#blocks/sdk/index.ts';
import { completed, push, zoneOf } from './patterns.ts';

export default defineBlock({
  id: 'quality.rules',
  version: '1.0.0',
  title: { en: 'Run rules', zh: '判异准则' },
  summary: {
    en: 'Judges the points of a control chart by Nelson’s eight rules or the four of Western Electric.',
    zh: '按 Nelson 八项或西部电气四项判异准则判定控制图上的点。',
  },
  words: { en: 'spc nelson western electric zones trend run pattern', zh: '西部电气 尼尔森 链 趋势 区域 判异' },
  icon: 'zoom-exclamation',
  reference: 'Nelson 1984, Journal of Quality Technology 16; Western Electric 1956; ISO 7870-2 (GB/T 17989.2)',
  params: z
    .object({
      set: field(z.enum(['nelson', 'western-electric']).default('nelson'), {
        title: { en: 'Rules', zh: '准则' },
        options: {
          nelson: { en: 'Nelson 1 to 8', zh: 'Nelson 准则 1～8' },
          'western-electric': { en: 'Western Electric 1 to 4', zh: '西部电气准则 1～4' },
        },
      }),
      rules: field(z.array(z.number().int().min(1).max(8)).default([]), {
        title: { en: 'Only these', zh: '仅用以下准则' },
        help: { en: 'Numbers of rules; empty: all of the set.', zh: '准则编号；留空为全部。' },
      }),
      center: field(z.number().optional(), {
        title: { en: 'Centre line', zh: '中心线' },
        help: { en: 'Where the points come without one.', zh: '输入不带中心线时使用。' },
      }),
      sigma: field(z.number().positive().optional(), {
        title: { en: 'Standard deviation of a point', zh: '点的标准差' },
        help: { en: 'Where the points come without one.', zh: '输入不带标准差时使用。' },
      }),
    })
    .refine((p) => p.set === 'nelson' || p.rules.every((r) => r <= 4), {
      message: 'Western Electric has rules 1 to 4 | 西部电气准则只有 1～4',
      path: ['rules'],
    })
    .refine((p) => (p.center === undefined) === (p.sigma === undefined), {
      message: 'centre line and standard deviation are given together | 中心线与标准差须同时给出',
      path: ['sigma'],
    }),
  labels: {
    sigma: { en: 'Standard deviation of the point', zh: '点的标准差' },
    rules: { en: 'Rules broken', zh: '违反的准则' },
    zone: { en: 'Zone', zh: '区域' },
  },
  badQuality: 'skip',
  input: {
    value: number(),
    center: number(same('value'), { optional: true }),
    sigma: number(same('value'), { optional: true }),
  },
  /** `rule` is the first broken rule, 0 when none; `zone` ±1 C, ±2 B, ±3 A, ±4 beyond. */
  output: { on: boolean(), rule: integer(), rules: text(), zone: integer() },
  state: { z: f64s(15), v: f64s(15), seen: i32() },
  each(row, s, p) {
    const center = row.center ?? p.center;
    const sigma = row.sigma ?? p.sigma;
    if (center === undefined || sigma === undefined || !(sigma > 0))
      throw new RangeError(
        sigma !== undefined && !(sigma > 0)
          ? `the standard deviation is ${sigma}: zones need one above 0`
          : 'the point has no centre line and standard deviation: take them from a Shewhart chart or give them here',
      );
    const away = (row.value - center) / sigma;
    push(s.z, away);
    push(s.v, row.value);
    if (s.seen < 15) s.seen++;
    const found = completed(p.set, p.rules, s.z, s.v, s.seen);
    return { on: found.length > 0, rule: found[0] ?? 0, rules: found.join(','), zone: zoneOf(away) };
  },
});
