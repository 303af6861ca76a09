import { describe, expect, test } from 'vitest';
import { mulberry32, normal } from '#blocks/sdk/random.ts';
import { testBlock } from '#blocks/sdk/testing.ts';
import { isolation, learnForest, pathOf } from './forest.ts';

testBlock(import.meta.url, [
  {
    title: 'isolation forest: of 64 rows around 0 and one far away, the far one is called',
    source: 'Liu, Ting & Zhou 2008: an isolated point has a score well above 0.5, an ordinary one about 0.5 and below',
    params: { columns: ['a', 'b'], method: 'forest', train: 64, alpha: 0.02, trees: 50, sample: 64 },
    input: [
      ...Array.from({ length: 64 }, (_, i) => ({ time: i, a: Math.sin(i * 1.7), b: Math.cos(i * 2.3) })),
      { time: 64, a: 0.1, b: 0.1 },
      { time: 65, a: 8, b: -9 },
    ],
    expected: {
      out: [
        { time: 64, anomaly: false },
        { time: 65, anomaly: true },
      ],
    },
  },
]);

describe('isolation forest', () => {
  test('expected paths are those of the paper: c(2) = 1, c(256) = 10.24', () => {
    expect(pathOf(1)).toBe(0);
    expect(pathOf(2)).toBe(1);
    // 2·H(255) − 2·255/256
    expect(pathOf(256)).toBeCloseTo(10.2448, 3);
  });

  test('separates a cloud from what lies outside as scikit-learn does: area under the curve above 0.99', () => {
    const u = mulberry32(11);
    const usual = Array.from({ length: 500 }, () => [normal(u), normal(u), normal(u)]);
    const odd = Array.from({ length: 25 }, () => [normal(u), normal(u), normal(u)].map((v) => v + (u() < 0.5 ? 5 : -5)));
    const forest = learnForest(usual, 100, 256, 0.01, 3);
    const [inside, outside] = [usual, odd].map((rows) => rows.map((r) => isolation(forest, r))) as [number[], number[]];
    let wins = 0;
    for (const o of outside) for (const i of inside) if (o > i) wins++;
    expect(wins / (inside.length * outside.length)).toBeGreaterThan(0.99);
    expect(inside.filter((s) => s > forest.limit).length).toBeLessThanOrEqual(5);
  });
});
