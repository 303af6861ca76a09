import { afterEach, expect, test } from 'vitest';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { ORG, until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { database, withTenant } from '../db.ts';
import { AppError } from '../errors.ts';
import { followLanes } from '../history/live-tail.ts';
import type { InTenant } from '../history/live-values.ts';
import { closeLogReader } from '../history/log-reader.ts';
import { closeLive } from '../live.ts';
import { listTraces } from './list-traces.ts';
import { noteDrawn, noteSent } from './note-hops.ts';
import { readNodes } from './read-nodes.ts';
import { readTrace } from './read-trace.ts';

const title = { en: 'x', zh: '甲' };
const node = (id: string, block: string, params: Record<string, unknown>) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
/** Smooths, and writes what it has smoothed. */
const graph: GraphDocumentInput = {
  format: 1,
  roles: [
    { name: 'temp', title, type: 'number', unit: 'Cel' },
    { name: 'setpoint', title, type: 'number', unit: 'Cel', write: true },
  ],
  nodes: [
    node('in', 'source.tag', { role: 'temp' }),
    node('avg', 'series.ewma', { alpha: 1 }),
    node('safe', 'control.interlock', { condition: 'a < 2000', maxAge: 30 }),
    node('write', 'control.write', { role: 'setpoint' }),
  ],
  wires: [wire('in', 'avg'), wire('in', 'safe', 'a'), wire('avg', 'safe', 'command'), wire('safe', 'write')],
  outputs: [{ name: 'same', from: { node: 'avg', port: 'out' } }],
};

const tenant =
  (orgId: string): InTenant =>
  (fn) =>
    withTenant(orgId, fn);
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.facts.code : String(error)),
  );

afterEach(async () => {
  await closeLive();
  await closeLogReader();
  await database().close();
});

test('a sample is followed from its machine to the step, the commit, the screen and the write that it caused, in order', async () => {
  await using f = await workerFixture();
  process.env.DATABASE_URL = f.url;
  process.env.MILLWRIGHT_MASTER_KEY = 'a master key of at least thirty-two letters';
  const lane = await f.lane([{ unit: 'Cel' }, { unit: 'Cel', access: 'rw' }]);
  const [temp = 0, setpoint = 0] = lane.tags;
  const id = await f.instance(graph, { temp, setpoint });
  await f.worker();
  await f.running(id);
  const { outLane } = await f.shard(id);
  const unfollow = await followLanes([lane.id, outLane], () => {});
  const begun = Date.now();
  for (let i = 0; i < 5; i++) await lane.write([{ time: begun - 40 + i, at: Date.now(), values: [20 + i] }]);
  await until('five rows', async () => (await f.outputs(id)).length === 5, 20_000);
  await until(
    'times of the first step',
    async () => {
      const { apps } = await readTrace(tenant(ORG), ORG, { lane: lane.id, seq: 1 });
      return apps[0]?.step?.committedAt !== undefined && apps[0].step.seenAt !== undefined;
    },
    20_000,
  );
  const trace = await readTrace(tenant(ORG), ORG, { lane: lane.id, seq: 1 });
  expect(trace).toMatchObject({
    records: 1,
    measured: { from: begun - 40, to: begun - 40 },
    apps: [{ instanceId: id, key: 'C-101' }],
  });
  const step = trace.apps[0]?.step;
  expect(step?.effects).toMatchObject([{ node: 'write', kind: 'tag.write' }]);
  const hops = [trace.measured.to, trace.appendedAt, step?.readAt, step?.steppedAt, step?.committedAt].map(Number);
  expect(step?.seenAt).toBeGreaterThanOrEqual(trace.appendedAt);
  // The times of the database and of this process are of one clock here.
  expect(hops).toEqual([...hops].sort((a, b) => a - b));
  expect((step?.seenAt ?? 0) - trace.measured.to).toBeLessThan(15_000);

  // What each step consumed stands in the journal: the search finds the same for every sample.
  const journal = await f.reader.readAfter([outLane], [0], 100);
  const shard = await f.shard(id);
  const place = shard.lanes.indexOf(lane.id);
  for (let seq = 1; seq <= 5; seq++) {
    const { apps } = await readTrace(tenant(ORG), ORG, { lane: lane.id, seq });
    expect(apps[0]?.step?.number).toBe(journal.find((row) => (row.upto?.[place] ?? 0) >= seq)?.seq);
  }
  expect((await readTrace(tenant(ORG), ORG, { tagId: temp })).seq).toBe(5);
  // From a step one comes to the sample that caused it, whether its times were kept or not.
  for (const row of journal)
    expect(await readTrace(tenant(ORG), ORG, { shardId: shard.id, step: row.seq })).toMatchObject({
      lane: lane.id,
      seq: row.upto?.[place],
    });

  // In the list, with what a screen and the history tell later; what a browser says counts for what was sent to one, once.
  const first = { shardId: shard.id, step: Number(step?.number) };
  const own = <T>(fn: Parameters<typeof withTenant<T>>[1]) => withTenant(ORG, fn);
  const listed = async (failures = false) =>
    (await own((tx) => listTraces(tx, ORG, { failures, limit: 60 }))).traces.find((row) => row.step === first.step);
  expect(await own((tx) => noteDrawn(tx, ORG, { steps: [first], at: Date.now() }))).toBe(0);
  const sent = Date.now();
  await own((tx) => noteSent(tx, ORG, [first], sent));
  expect(await own((tx) => noteDrawn(tx, ORG, { steps: [first], at: sent + 3_600_000 }))).toBe(0);
  expect(await withTenant('org-b', (tx) => noteDrawn(tx, 'org-b', { steps: [first], at: sent }))).toBe(0);
  expect(await own((tx) => noteDrawn(tx, ORG, { steps: [first], at: sent - 1 }))).toBe(1);
  expect(await own((tx) => noteDrawn(tx, ORG, { steps: [first], at: sent + 1 }))).toBe(0);
  await until('the step is listed', async () => (await listed()) !== undefined, 20_000);
  expect(await listed()).toMatchObject({
    key: 'C-101',
    lane: lane.id,
    sentAt: sent,
    drawnAt: sent,
    actions: 1,
  });
  const all = await own((tx) => listTraces(tx, ORG, { failures: false, limit: 60 }));
  expect(all.kept).toBe(all.traces.length);
  expect(all.steps).toBeGreaterThanOrEqual(all.kept);
  expect(await withTenant('org-b', (tx) => listTraces(tx, 'org-b', { failures: false, limit: 60 }))).toEqual({
    traces: [],
    steps: 0,
    kept: 0,
  });
  await f.sql`update effect set status = 'refused' where step = ${first.step}`;
  expect(await listed(true)).toMatchObject({ undone: 1 });

  // What its nodes did is told by the worker every few seconds.
  await until(
    'the worker tells of its nodes',
    async () => {
      await lane.write([{ time: Date.now(), at: Date.now(), values: [25] }]);
      const { nodes } = await own((tx) => readNodes(tx, ORG, { instanceId: id }));
      return nodes.some(({ node: name, rows, latency }) => name === 'avg' && rows >= 5 && latency !== null);
    },
    20_000,
  );

  // Nobody else learns that there is such a lane; and what is not there is told.
  expect(await codeOf(readTrace(tenant('org-b'), 'org-b', { lane: lane.id, seq: 1 }))).toBe('access.not-found');
  expect(await codeOf(readTrace(tenant('org-b'), 'org-b', { tagId: temp }))).toBe('access.not-found');
  expect(await codeOf(readTrace(tenant(ORG), ORG, { lane: lane.id, seq: 99 }))).toBe('trace.no-entry');
  unfollow();
});
