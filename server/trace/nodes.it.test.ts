import { afterEach, expect, test } from 'vitest';
import { deadLetter, instance, lateCount, nodeFigures } from '#drizzle/schema/index.ts';
import type { NodeStats } from '#drizzle/schema/trace.ts';
import { ORG, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { uninstall } from '../apps/control-instance.ts';
import { database, withTenant } from '../db.ts';
import { AppError } from '../errors.ts';
import { readNodes } from './read-nodes.ts';

const title = { en: 'Temperature', zh: '温度' };
const graph = {
  format: 1 as const,
  roles: [{ name: 'temp', title, type: 'number' as const, unit: 'Cel' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'temp' }, label: title },
    { id: 'avg', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 1 } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'avg', port: 'in' } }],
  outputs: [{ name: 'same', from: { node: 'avg', port: 'out' } }],
};
const stats = (more: Partial<NodeStats>): NodeStats => ({ rows: 10, failed: 1, last: 5_000, rate: 0, latency: null, ...more });

afterEach(() => database().close());

test('of each node: rate, latency, errors and age of its last record, of all shards together, for its own organization', async () => {
  await using f = await workerFixture();
  process.env.DATABASE_URL = f.url;
  process.env.MILLWRIGHT_MASTER_KEY = 'a master key of at least thirty-two letters';
  const lane = await f.lane([{ unit: 'Cel' }]);
  const [temp = 0] = lane.tags;
  const id = await f.instance(graph, { temp });
  const at = 1_795_000_000_000;
  const figures = { orgId: ORG, instanceId: id, at };
  await f.db.insert(nodeFigures).values([
    { ...figures, shardId: 901, since: at - 9_000, nodes: { avg: stats({ rate: 3, latency: 20 }), gone: stats({}) } },
    { ...figures, shardId: 902, since: at - 5_000, nodes: { avg: stats({ rate: 1, latency: 60, last: 7_000 }) } },
  ]);
  const facts = { orgId: ORG, instanceId: id, shardId: 901, step: 1, node: 'avg', key: 'C-101' };
  await f.db.insert(deadLetter).values([
    { ...facts, reason: 'first', createdAt: new Date(Date.now() - 1_000) },
    { ...facts, reason: 'last' },
    { ...facts, reason: 'long ago', createdAt: new Date(Date.now() - 3 * 86_400_000) },
  ]);
  await f.db.insert(lateCount).values({ orgId: ORG, instanceId: id, node: 'avg', count: 4 });
  const read = (now: number) => withTenant(ORG, (tx) => readNodes(tx, ORG, { instanceId: id }, now));
  expect(await read(at + 2_000)).toEqual({
    since: at - 9_000,
    nodes: [
      {
        ...{ node: 'in', label: title, block: 'millwright/source.tag', rows: 0, failed: 0, rate: 0, latency: null },
        ...{ lastRecordAt: null, errors: 0, late: 0 },
      },
      {
        ...{ node: 'avg', label: { en: 'avg', zh: 'avg' }, block: 'millwright/series.ewma', rows: 20, failed: 2, rate: 4 },
        // three rows of 20 ms and one of 60
        ...{ latency: 30, lastRecordAt: 7_000, errors: 2, lastError: 'last', late: 4 },
      },
      // of an older version
      { node: 'gone', rows: 10, failed: 1, rate: 0, latency: null, lastRecordAt: 5_000, errors: 0, late: 0 },
    ],
  });
  // Nothing was told for long: nothing flows.
  expect((await read(at + 60_000)).nodes[1]).toMatchObject({ rate: 0, latency: null, rows: 20 });
  const foreign = await withTenant('org-b', (tx) => readNodes(tx, 'org-b', { instanceId: id })).catch((error) => error);
  expect(foreign instanceof AppError && foreign.facts.code).toBe('access.not-found');
  // They go with their app.
  const [{ installationId } = { installationId: '' }] = await f.db.select().from(instance);
  await withTenant(ORG, (tx) => uninstall(tx, ORG, installationId));
  expect(await f.db.select().from(nodeFigures)).toEqual([]);
});
