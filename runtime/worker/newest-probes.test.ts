import { expect, it } from 'vitest';
import type { ProbeValue } from '#runtime/step/contract.ts';
import { NewestProbes } from './newest-probes.ts';

const value = (node: string, time: number, key = 'AIR-01'): ProbeValue => ({
  node,
  port: 'out',
  key,
  time,
  count: 1,
  values: { value: { v: time, q: 0 } },
});

it('keeps what a quiet wire carried last', () => {
  const newest = new NewestProbes();
  newest.take([value('fast', 1), value('slow', 1)]);
  newest.take([value('fast', 2)]);
  expect(newest.read()).toEqual([value('slow', 1), value('fast', 2)]);
});

it('has something to tell only after a change', () => {
  const newest = new NewestProbes();
  expect(newest.read()).toBeUndefined();
  newest.take([value('a', 1)]);
  newest.read();
  newest.take([]);
  expect(newest.read()).toBeUndefined();
});

it('lets go of the longest quiet when there are too many', () => {
  const newest = new NewestProbes();
  for (let i = 0; i < 501; i++) newest.take([value('tag', i, `key ${i}`)]);
  const told = newest.read() ?? [];
  expect(told.length).toBe(500);
  expect(told.some((one) => one.key === 'key 0')).toBe(false);
});
