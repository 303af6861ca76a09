import { expect, it } from 'vitest';
import type { OutputColumns } from '#runtime/log/contract.ts';
import { StepTimes } from './step-times.ts';

const output: OutputColumns = {
  name: 'o',
  schema: { kind: 'stream', columns: { value: { type: 'number' } } },
  origin: 'measured',
  n: 1,
  time: Float64Array.of(0),
  key: ['k'],
  columns: [Float64Array.of(1)],
  quality: [undefined],
};
const step = (shardId: number, at: number, { dead = 0, outputs = 1 } = {}) => ({
  commit: {
    shardId,
    step: at,
    rows: 1,
    effects: [],
    dead: Array.from({ length: dead }, () => ({ node: 'n', key: 'k', row: 0, message: 'm' })),
    outputs: { kind: 'outputs' as const, at, shardId, step: at, outputs: Array.from({ length: outputs }, () => output) },
  },
});

it('keeps one step in five seconds of each shard, and failed ones once a second; counts what it does not keep', () => {
  const times = new StepTimes();
  for (let ms = 0; ms < 20_000; ms += 100) for (const shard of [1, 2]) times.note('a', step(shard, ms), ms);
  // four stretches of five seconds, and the one that had begun
  expect([times.kept, times.leftOut]).toEqual([10, 390]);
  for (let ms = 20_000; ms < 23_000; ms += 100) times.note('a', step(1, ms, { dead: 1 }), ms);
  expect([times.kept, times.leftOut]).toEqual([13, 417]);
  // what gave nothing is not the way of anything
  times.note('a', step(3, 1, { outputs: 0 }), 1);
  expect(times.leftOut).toBe(418);
});

it('holds no more than some thousands while the database is away', () => {
  const times = new StepTimes();
  for (let shard = 1; shard <= 5_000; shard++) times.note('a', step(shard, 1), 1);
  expect([times.kept, times.leftOut]).toEqual([2_000, 3_000]);
});
