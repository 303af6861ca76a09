import { expect, it, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { averageRunLength } from '../run-length.testing.ts';
import block from './block.ts';
import { completed, MEMORY, push } from './patterns.ts';

testBlock(import.meta.url);

/**
 * Champ & Woodall 1987, Exact results for Shewhart control charts with supplementary runs rules, Technometrics 29, table 1: average run lengths by shift of
 * the mean. Their rule 1 is one beyond 3σ, 2 two of three beyond 2σ, 3 four of five beyond 1σ, 4 eight on one side: Western Electric 1 to 4.
 * Each figure was worked out again from a Markov chain over zones and runs (SciPy, sparse): they agree to the digits printed.
 */
const PUBLISHED: readonly [rules: readonly number[], shift: number, length: number][] = [
  [[1], 0, 370.4],
  [[1], 1, 43.89],
  [[1, 2], 0, 225.44],
  [[1, 2], 0.6, 57.92],
  [[1, 2], 1, 20.01],
  [[1, 3], 0, 166.05],
  [[1, 3], 1, 12.66],
  [[1, 4], 0, 152.73],
  [[1, 4], 1, 14.58],
  [[1, 2, 3], 0, 132.89],
  [[1, 2, 4], 0, 122.05],
  [[1, 3, 4], 0, 105.78],
  [[1, 2, 3, 4], 0, 91.75],
  [[1, 2, 3, 4], 0.4, 36.61],
  [[1, 2, 3, 4], 1, 9.22],
];
test.each(PUBLISHED)(
  'average run length of rules %j at a shift of %d σ is %d',
  (rules, shift, length) => {
    // the deviation of run lengths is about their mean: three standard errors
    const runs = length > 100 ? 3000 : 10_000;
    const got = averageRunLength(block, { set: 'western-electric', rules, center: 0, sigma: 1 }, shift, runs, 'on');
    expect(Math.abs(got / length - 1)).toBeLessThan(3 / Math.sqrt(runs));
  },
  30_000,
);

/** Runs of independent events: (1 − pⁿ)/((1 − p)pⁿ) points until n in a row; either side of the centre: 2ⁿ − 1. */
const inside = 0.682689492137086;
test.each([
  [2, 2 ** 9 - 1],
  [7, (1 - inside ** 15) / ((1 - inside) * inside ** 15)],
])(
  'Nelson rule %i: mean run length %d in closed form',
  (rule, length) => {
    const got = averageRunLength(block, { set: 'nelson', rules: [rule], center: 0, sigma: 1 }, 0, 900, 'on');
    expect(Math.abs(got / length - 1)).toBeLessThan(0.1);
  },
  30_000,
);

/** A minimal sequence for each rule, in σ: the last point completes it, and no other rule fires on the way. */
const MINIMAL: Readonly<Record<number, readonly number[]>> = {
  1: [0.5, -0.5, 3.1],
  2: [0.5, 0.3, 0.6, 0.4, 0.7, 0.2, 0.8, 0.4, 0.9],
  3: [-0.6, -0.4, -0.2, 0.1, 0.3, 0.5],
  4: [0.5, -0.5, 0.6, -0.4, 0.3, -0.6, 0.2, -0.3, 0.6, -0.2, 0.4, -0.5, 0.7, -0.1],
  5: [2.1, 0.5, 2.2],
  6: [1.1, 1.3, -0.5, 1.2, 1.5],
  7: [0.5, 0.2, -0.5, -0.3, 0.6, 0.1, -0.5, 0.3, 0.4, -0.6, -0.2, 0.7, 0.6, -0.3, 0.2],
  8: [1.2, -1.3, -1.1, 1.4, 1.3, -1.2, -1.5, 1.1],
};
it.each(Object.entries(MINIMAL))(
  'Nelson rule %s fires on its own sequence, at its last point, and no other does',
  (rule, points) => {
    const z = new Float64Array(MEMORY);
    points.forEach((point, i) => {
      push(z, point);
      expect(completed('nelson', [], z, z, i + 1)).toEqual(i === points.length - 1 ? [Number(rule)] : []);
    });
  },
);
it.each(Object.entries(MINIMAL))('rule %s without its first point does not fire', (rule, points) => {
  if (rule === '1' || rule === '5' || rule === '6') return;
  const z = new Float64Array(MEMORY);
  points.slice(1).forEach((point, i) => {
    push(z, point);
    expect(completed('nelson', [Number(rule)], z, z, i + 1)).toEqual([]);
  });
});
