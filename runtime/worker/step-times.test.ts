import { expect, it } from 'vitest';
import { StepTimes } from './step-times.ts';

const commit = (step: number, dead = 0) => ({
  step,
  dead: Array.from({ length: dead }, () => ({ node: 'n', key: 'k', row: 0, message: 'm' })),
  outputs: { kind: 'outputs' as const, at: step, shardId: 1, step, outputs: [] },
});

it('keeps the first step of every five seconds of each shard, and failed ones once a second; counts what it does not keep', () => {
  const times = new StepTimes();
  for (let ms = 0; ms < 10_000; ms += 100) for (const shard of [1, 2]) times.note(shard, 'a', commit(ms), ms);
  expect([times.kept, times.leftOut]).toEqual([4, 196]);
  for (let ms = 10_100; ms < 13_100; ms += 100) times.note(1, 'a', commit(ms, 1), ms);
  expect([times.kept, times.leftOut]).toEqual([7, 223]);
});

it('holds no more than some thousands while the database is away', () => {
  const times = new StepTimes();
  for (let shard = 1; shard <= 5_000; shard++) times.note(shard, 'a', commit(1), 0);
  expect([times.kept, times.leftOut]).toEqual([2_000, 3_000]);
});
