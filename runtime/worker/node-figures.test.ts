import { expect, it } from 'vitest';
import type { Db } from '#drizzle/client.ts';
import type { HeldShard, ReadyStep } from './held-shard.ts';
import { NodeFigures } from './node-figures.ts';

const shard = {
  lease: { shardId: 1, orgId: 'a', instanceId: 'i' },
  program: { info: { nodes: ['in', 'avg'] } },
} as unknown as HeldShard;
const step = (rows: number[], failed: number[], appended: number) =>
  ({
    commit: {
      nodes: { rows: Int32Array.from(rows), failed: Int32Array.from(failed), last: Float64Array.of(appended, Number.NaN) },
    },
    cause: { lane: 1, seq: 1, entry: { kind: 'samples', at: appended } },
  }) as unknown as ReadyStep;

it('counts rows and failures, and tells rate and latency of the stretch, once more when nothing moves, then nothing', async () => {
  const told: Record<string, unknown>[] = [];
  const db = {
    execute: async (query: { queryChunks: unknown[] }) => {
      const text = query.queryChunks.find((chunk) => typeof chunk === 'string' && chunk.startsWith('[')) as string;
      told.push(...(JSON.parse(text) as Record<string, unknown>[]));
    },
  } as unknown as Db;
  const figures = new NodeFigures();
  figures.note(shard, step([10, 0], [0, 0], 1_000), 1_000);
  figures.note(shard, step([10, 20], [0, 1], 2_000), 2_040);
  figures.note(shard, step([10, 20], [0, 0], 3_000), 3_060);
  await figures.flush(db, 11_000);
  // 30 and 40 rows in ten seconds; of the second node, 40 and 60 ms on the way
  expect(told).toMatchObject([
    {
      shard: 1,
      since: 1_000,
      nodes: {
        in: { rows: 30, failed: 0, rate: 3, last: 3_000 },
        avg: { rows: 40, failed: 1, rate: 4, latency: 50, last: null },
      },
    },
  ]);
  await figures.flush(db, 12_000);
  expect(told).toHaveLength(1);
  await figures.flush(db, 16_000);
  expect(told[1]).toMatchObject({ nodes: { in: { rows: 30, rate: 0, latency: null } } });
  await figures.flush(db, 22_000);
  expect(told).toHaveLength(2);
});
