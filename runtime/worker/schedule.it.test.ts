import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { asset, effect, notification, schedule, shard } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, until, workerFixture } from './fixture.testing.ts';
import { replayGraph } from './replay-graph.ts';

const MINUTE = 60_000;
/** Each tick, and how many there were. */
const graph: GraphDocumentInput = {
  format: 1,
  roles: [],
  nodes: [
    { id: 'every', block: 'millwright/source.schedule', version: '1.0.0', params: { cron: '* * * * *', misfire: 'all' } },
    {
      id: 'count',
      bind: { value: 'missed' },
      block: 'millwright/transform.code',
      version: '1.0.0',
      params: {
        code: `export default function (row, state) {
  state.n = (state.n ?? 0) + 1;
  return { n: state.n };
}`,
        outputs: [{ name: 'n', type: 'number' }],
      },
    },
  ],
  wires: [{ from: { node: 'every', port: 'out' }, to: { node: 'count', port: 'in' } }],
  outputs: [{ name: 'ticks', from: { node: 'count', port: 'out' } }],
};

test('a running app gets the ticks of its schedule, once, across a restart of its worker', async () => {
  await using f = await workerFixture();
  const id = await f.instance(graph, {});
  const first = await f.worker();
  await f.running(id);
  await until('the schedule is known', async () => (await f.db.select().from(schedule)).length === 1);
  const began = Math.floor(Date.now() / MINUTE) * MINUTE;
  const back = (minutes: number) => f.db.update(schedule).set({ lastDue: began - minutes * MINUTE, nextDue: 0 });
  await back(3);
  await until('three ticks', async () => (await f.outputs(id)).length >= 3);
  await first.stop();
  // what was due while nothing ran is given when a worker is there again
  const [{ lastDue = 0 } = {}] = await f.db.select().from(schedule);
  await f.db.update(schedule).set({ lastDue: lastDue - 2 * MINUTE, nextDue: 0 });
  await Promise.all([f.worker(), f.worker()]);
  await until('two more', async () => (await f.outputs(id)).length >= 5);
  const rows = await f.outputs(id);
  const [{ zone } = { zone: null }] = await f.db.select({ zone: asset.timeZone }).from(asset);
  expect(zone, 'no zone: days are those of UTC').toBeNull();
  const due = rows.map((r) => r.time);
  expect(due.slice(0, 3)).toEqual([2, 1, 0].map((n) => began - n * MINUTE));
  for (const [i, r] of rows.entries()) {
    // shift, day and missed travel on beside the count
    expect(r.values).toEqual(['', new Date(r.time).toISOString().slice(0, 10), 0, i + 1]);
    expect([r.name, r.key, r.origin]).toEqual(['ticks', 'C-101', 'derived']);
  }
  expect((await f.db.select().from(shard).where(eq(shard.instanceId, id))).length).toBe(1);
});

test('a backtest has the ticks of an unbroken run; what the app would have done is captured, and nobody does it', async () => {
  await using f = await workerFixture();
  const nodes = [
    graph.nodes[0],
    {
      id: 'odd',
      bind: { value: 'missed' },
      block: 'millwright/transform.code',
      version: '1.0.0',
      params: {
        code: `export default function (row, state) {
  state.odd = !state.odd;
  return { on: state.odd };
}`,
        outputs: [{ name: 'on', type: 'boolean' }],
      },
    },
    {
      id: 'tell',
      bind: { condition: 'on' },
      block: 'millwright/notify.send',
      version: '1.0.0',
      params: { text: { en: 'Now', zh: '现在' }, interval: 0 },
    },
  ];
  const wires = [
    { from: { node: 'every', port: 'out' }, to: { node: 'odd', port: 'in' } },
    { from: { node: 'odd', port: 'out' }, to: { node: 'tell', port: 'in' } },
  ];
  const outputs = [{ name: 'on', from: { node: 'odd', port: 'out' } }];
  const from = Date.parse('2026-06-01T00:00:00Z');
  const run = (input: 'arrived' | 'corrected') =>
    replayGraph(
      { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} },
      ORG,
      {
        graph: JSON.stringify({ ...graph, nodes, wires, outputs }),
        graphHash: 'x',
        key: 'C-101',
        bindings: {},
        parameters: {},
        // from is in, to is not
        window: { from, to: from + 5 * MINUTE },
        input,
        confirmations: 'confirm',
        wires: false,
      },
      {},
    );
  for (const input of ['corrected', 'arrived'] as const) {
    const report = await run(input);
    expect(report.outputs).toMatchObject([{ name: 'on', rows: 5 }]);
    expect(report.effects.byKind).toEqual({ 'notify.send': 3 });
  }
  expect(await f.db.select().from(effect)).toEqual([]);
  expect(await f.db.select().from(notification)).toEqual([]);
});
