import { expect, it } from 'vitest';
import { roundScale } from './scale.ts';

it('ticks are round, hold all values and share their decimals', () => {
  expect(roundScale([6.977, 7.023])).toEqual({ min: 6.97, max: 7.03, interval: 0.01, decimals: 2 });
  expect(roundScale([6.1, 9.7])).toEqual({ min: 6, max: 10, interval: 1, decimals: 0 });
  expect(roundScale([0.0001, 0.0934], { zero: true })).toEqual({ min: 0, max: 0.1, interval: 0.02, decimals: 2 });
  expect(roundScale([1000, 1012])).toEqual({ min: 1000, max: 1012.5, interval: 2.5, decimals: 1 });
  expect(roundScale([0, 4996])).toEqual({ min: 0, max: 5000, interval: 1000, decimals: 0 });
});

it('a line that stands still, and no line at all, have an axis too', () => {
  expect(roundScale([7, 7])).toMatchObject({ min: 6.6, max: 7.4 });
  expect(roundScale([0])).toMatchObject({ min: -1, max: 1 });
  expect(roundScale([null, Number.NaN])).toMatchObject({ min: 0, max: 1 });
});
