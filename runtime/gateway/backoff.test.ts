import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

test('pauses double up to the longest and begin anew after a success', () => {
  const even = new Backoff({ firstMs: 1000, longestMs: 8000, random: () => 0.5 });
  expect(Array.from({ length: 6 }, () => even.next())).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  even.reset();
  expect(even.next()).toBe(1000);
});

test('a hundred devices do not come back at once: each pause is up to 20 % shorter or longer', () => {
  const pauses = Array.from({ length: 1000 }, () => new Backoff().next());
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(800);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1200);
  const fullest = Map.groupBy(pauses, (pause) => Math.floor((pause - 800) / 20));
  // 20 bins of 50 on average; a bin of 100 is 7 standard deviations away
  expect(Math.max(...[...fullest.values()].map((bin) => bin.length))).toBeLessThan(100);
});
