import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';
import { readFormula, workOut } from './formula.ts';

testBlock(import.meta.url);

test('the value and the derivatives of a formula', () => {
  // by hand: f = b1·x^b2/(1 + exp(−b1)) at x 2, b 3, 2
  const { value, slopes } = workOut(readFormula('b1*x^b2/(1+exp(-b1))'), 2, [3, 2]);
  const s = 1 / (1 + Math.exp(-3));
  expect(value).toBeCloseTo(12 * s, 12);
  expect(slopes[0]).toBeCloseTo(4 * s + 12 * s * (1 - s), 12);
  expect(slopes[1]).toBeCloseTo(12 * s * Math.LN2, 12);
  expect(workOut(readFormula('-2^2 + 2^3^0'), 0, []).value).toBe(-2);
});

test.each([
  ['b1 + ', [1], /missing/],
  ['b1 * (x + 2', [1], /bracket/],
  ['b1 * y', [1], /stands here/],
  ['b1 + b2*x', [1], /2 parameters and 1 first values/],
])('%s is refused', (formula, start, message) => {
  const result = block.params.safeParse({ formula, start });
  expect(result.success).toBe(false);
  expect(result.error?.issues[0]?.message).toMatch(message);
});
