import { expect, it } from 'vitest';
import { c4, d2, d3 } from './chart-constants.ts';

/** Montgomery, Introduction to Statistical Quality Control, appendix VI (also ASTM E2587): n, A2, A3, c4, B3, B4, D3, D4. */
const PRINTED = [
  [2, 1.88, 2.659, 0.7979, 0, 3.267, 0, 3.267],
  [3, 1.023, 1.954, 0.8862, 0, 2.568, 0, 2.574],
  [4, 0.729, 1.628, 0.9213, 0, 2.266, 0, 2.282],
  [5, 0.577, 1.427, 0.94, 0, 2.089, 0, 2.114],
  [6, 0.483, 1.287, 0.9515, 0.03, 1.97, 0, 2.004],
  [7, 0.419, 1.182, 0.9594, 0.118, 1.882, 0.076, 1.924],
  [10, 0.308, 0.975, 0.9727, 0.284, 1.716, 0.223, 1.777],
  [25, 0.153, 0.606, 0.9896, 0.565, 1.435, 0.459, 1.541],
] as const;

it.each(PRINTED)('n = %i: factors as printed', (n, a2, a3, c, b3, b4, low, high) => {
  const spread = (3 * d3(n)) / d2(n);
  const deviation = (3 * Math.sqrt(1 - c4(n) ** 2)) / c4(n);
  expect(3 / (d2(n) * Math.sqrt(n))).toBeCloseTo(a2, 2.9);
  expect(3 / (c4(n) * Math.sqrt(n))).toBeCloseTo(a3, 2.9);
  expect(c4(n)).toBeCloseTo(c, 4);
  expect(Math.max(0, 1 - deviation)).toBeCloseTo(b3, 2.8);
  expect(1 + deviation).toBeCloseTo(b4, 2.8);
  expect(Math.max(0, 1 - spread)).toBeCloseTo(low, 2.6);
  expect(1 + spread).toBeCloseTo(high, 2.6);
});

it('a range of 26 values has no constant', () => {
  expect(() => d2(26)).toThrow('2 to 25');
  expect(() => d3(1)).toThrow('2 to 25');
});
