import { expect, test } from 'vitest';
import { passes } from './check.ts';

test('within the tolerance, the border included; relative to what is expected', () => {
  expect(passes({ actual: 10.5, expected: 10, tolerance: 0.5 })).toBe(true);
  expect(passes({ actual: 10.51, expected: 10, tolerance: 0.5 })).toBe(false);
  expect(passes({ actual: -9, expected: -10, tolerance: 0.1, relative: true })).toBe(true);
  expect(passes({ actual: -8.9, expected: -10, tolerance: 0.1, relative: true })).toBe(false);
});

test('a hole is no pass', () => {
  for (const hole of [null, undefined, Number.NaN]) {
    expect(passes({ actual: hole, expected: 1, tolerance: 9 })).toBeUndefined();
    expect(passes({ actual: 1, expected: hole, tolerance: 9 })).toBeUndefined();
  }
});
