import { expect, test } from 'vitest';
import { type BlockCase, testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';
import { readFormula, workOut } from './formula.ts';

const PENDULUM = [
  0.9321, 0.91, 0.7853, 0.5647, 0.2785, -0.1522, -0.5122, -0.7576, -0.9997, -1.0283, -0.9381, -0.9116, -0.9208, -1.0005, -0.9928,
  -0.9561, -0.9452, -0.5962, -0.1584, 0.4498, 0.8206, 0.9787, 0.7574, 0.57, 0.3015,
];
const missing: BlockCase = {
  title: 'the pendulum of the cases without its tenth value: the filter steps over it',
  source:
    'extended Kalman filter by its textbook form in NumPy 2.4 with complex-step derivatives (the row only moves the states)',
  params: {
    method: 'extended',
    formula: 'sin(b1)',
    next: ['b1 + 0.1*b2', 'b2 - 0.981*sin(b1)'],
    start: [1, 0],
    startVariance: [0.1, 0.1],
    stepVariance: [1e-4, 1e-3],
    measurement: 0.0025,
  },
  input: [{ time: 0, y: PENDULUM.map((v, i) => (i === 9 ? Number.NaN : v)) }],
  expected: {
    parameters: [{ estimate: [2.848064013983253, 2.5173971947402207], error: [0.03329799653397125, 0.1190752706945744] }],
    summary: [{ logLikelihood: 37.17989106147417 }],
  },
  tolerance: 1e-9,
};
testBlock(import.meta.url, [missing]);

test.each([
  [{ startVariance: [1, 1] }, /variance of the measurement/],
  [{ startVariance: [1], measurement: 1 }, /2 first values need as many variances/],
  [{ startVariance: [1, 1], measurement: 1, next: ['b3'] }, /3 parameters and 2 first values/],
  [{ startVariance: [1, 1], measurement: 1, next: ['', '', 'b1'] }, /more formulas/],
])('an extended filter with %j is refused', (params, message) => {
  const result = block.params.safeParse({ method: 'extended', ...params });
  expect(result.success).toBe(false);
  expect(result.error?.issues[0]?.message).toMatch(message);
});

test('the value and the derivatives of a formula', () => {
  // by hand: f = b1·x^b2/(1 + exp(−b1)) at x 2, b 3, 2
  const { value, slopes } = workOut(readFormula('b1*x^b2/(1+exp(-b1))'), [2], [3, 2]);
  const s = 1 / (1 + Math.exp(-3));
  expect(value).toBeCloseTo(12 * s, 12);
  expect(slopes[0]).toBeCloseTo(4 * s + 12 * s * (1 - s), 12);
  expect(slopes[1]).toBeCloseTo(12 * s * Math.LN2, 12);
  expect(workOut(readFormula('-2^2 + 2^3^0'), [], []).value).toBe(-2);
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
