import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';
import { priorities } from './hierarchy.ts';

testBlock(import.meta.url);

test("Saaty's example: λ 3.03851, consistency ratio 0.0332", () => {
  const found = priorities([
    [1, 3, 5],
    [1 / 3, 1, 3],
    [1 / 5, 1 / 3, 1],
  ]);
  expect(found.lambda).toBeCloseTo(3.03851, 5);
  expect(found.ratio).toBeCloseTo(0.0332, 4);
  for (const [i, w] of [0.63699, 0.25828, 0.10473].entries()) expect(found.weights[i]).toBeCloseTo(w, 5);
});

test.each([
  [
    {
      method: 'ahp',
      columns: ['a', 'b', 'c'],
      comparisons: [
        [1, 9, 1 / 9],
        [1 / 9, 1, 9],
        [9, 1 / 9, 1],
      ],
    },
    /contradict/,
  ],
  [
    {
      method: 'ahp',
      columns: ['a', 'b'],
      comparisons: [
        [1, 2],
        [2, 1],
      ],
    },
    /reciprocal/,
  ],
  [{ columns: ['a', 'b'], weights: [1] }, /2 columns need as many weights/],
  [{ columns: ['a'], weights: [1], approve: 400, decline: 500 }, /below what is approved/],
  [{ columns: ['a'], weights: [1], gateColumn: 'x' }, /none of the columns/],
])('parameters that make no sense are refused: %o', (params, message) => {
  const result = block.params.safeParse(params);
  expect(result.success).toBe(false);
  expect(result.error?.issues.map((i) => i.message).join()).toMatch(message);
});
