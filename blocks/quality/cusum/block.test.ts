import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { averageRunLength } from '../run-length.testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

/**
 * Lucas & Crosier 1982, Fast initial response for CUSUM quality-control schemes, Technometrics 24, table 1 (also Montgomery, table 9.3): k 0.5, two-sided.
 * Each figure was worked out again by the integral equation of one side and the combination of two (Page; Lucas & Crosier) in SciPy: they agree to the
 * digits printed.
 */
const PUBLISHED: readonly [h: number, headStart: number, shift: number, length: number][] = [
  [4, 0, 0, 168],
  [4, 0, 0.5, 26.6],
  [4, 0, 1, 8.38],
  [4, 0, 2, 3.34],
  [5, 0, 0, 465],
  [5, 0, 0.5, 38],
  [5, 0, 1, 10.4],
  [5, 0, 2, 4.01],
  [5, 0.5, 0, 430],
  [5, 0.5, 0.5, 28.7],
  [5, 0.5, 1, 6.35],
  [5, 0.5, 2, 2.36],
];
test.each(PUBLISHED)(
  'h %d, head start %d: average run length at a shift of %d σ is %d',
  (h, headStart, shift, length) => {
    const params = { target: 0, sigma: 1, k: 0.5, h, headStart, after: 'continue' };
    // the deviation of run lengths is about their mean: three standard errors
    const runs = length > 100 ? 3000 : 10_000;
    const got = averageRunLength(block, params, shift, runs, 'on');
    expect(Math.abs(got / length - 1)).toBeLessThan(3 / Math.sqrt(runs));
  },
  30_000,
);
