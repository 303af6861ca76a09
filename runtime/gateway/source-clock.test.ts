import { expect, test } from 'vitest';
import { SourceClock } from './source-clock.ts';

test('a source that says its time is off by what it says, either way', () => {
  const clock = new SourceClock();
  clock.said(-2_000);
  expect([clock.off, clock.aheadMs(0)]).toEqual([true, -2_000]);
  clock.said(900);
  expect([clock.off, clock.aheadMs(0)]).toEqual([false, 900]);
});

test('of others samples from the future tell, for two minutes; late ones tell nothing', () => {
  const clock = new SourceClock();
  clock.seen(10_000, 60_000);
  expect(clock.aheadMs(60_000)).toBeUndefined();
  clock.seen(62_000, 60_000);
  clock.seen(62_600, 61_000);
  expect(clock.aheadMs(61_000)).toBe(2_000);
  expect(clock.off, 'each sample is marked by its own time').toBe(false);
  expect(clock.aheadMs(200_000)).toBeUndefined();
  clock.seen(203_000, 200_000);
  clock.forget();
  expect(clock.aheadMs(200_000)).toBeUndefined();
});
