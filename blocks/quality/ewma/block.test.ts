import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { averageRunLength } from '../run-length.testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

/**
 * Lucas & Saccucci 1990, Exponentially weighted moving average control schemes, Technometrics 32, table 3 (also Montgomery, table 9.11).
 * Each figure was worked out again by the integral equation of Crowder 1987 (SciPy, 80 Gauss–Legendre points): they agree to the digits printed.
 */
const PUBLISHED: readonly [lambda: number, width: number, shift: number, length: number][] = [
  [0.4, 3.054, 0, 500],
  [0.4, 3.054, 0.5, 71.2],
  [0.4, 3.054, 1, 14.3],
  [0.25, 2.998, 0.5, 48.2],
  [0.25, 2.998, 1, 11.1],
  [0.2, 2.962, 0, 500],
  [0.2, 2.962, 1, 10.5],
  [0.1, 2.814, 0, 500],
  [0.1, 2.814, 0.5, 31.3],
  [0.1, 2.814, 1, 10.3],
  [0.05, 2.615, 0.5, 28.8],
  [0.05, 2.615, 1, 11.4],
  [0.05, 2.615, 2, 5.2],
];
test.each(PUBLISHED)(
  'λ %d, L %d: average run length at a shift of %d σ is %d',
  (lambda, width, shift, length) => {
    // the deviation of run lengths is about their mean: three standard errors
    const runs = length > 100 ? 3000 : 10_000;
    const got = averageRunLength(block, { lambda, width, target: 0, sigma: 1, limits: 'steady', fast: 1 }, shift, runs, 'out');
    expect(Math.abs(got / length - 1)).toBeLessThan(3 / Math.sqrt(runs));
  },
  30_000,
);
