import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkpoint, instance, shard } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { compileApp } from './compile-app.ts';
import { until, workerFixture } from './fixture.testing.ts';
import { LEASE_MS } from './lease.ts';
import type { Compile } from './prepare.ts';

const title = { en: 'x', zh: '甲' };
/** Halves the way to every new value: the state shows in each row. */
const smoothing: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    { id: 'avg', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.5 } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'avg', port: 'in' } }],
  outputs: [{ name: 'smooth', from: { node: 'avg', port: 'out' } }],
};
const T0 = 1_795_000_000_000;

test('a worker that joins gets its fair share, each shard with its state; when it leaves, the first has them all again', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.push(await f.instance(smoothing, { x: lane.tags[0] ?? 0 }, { key: `K${i}` }));
  const one = await f.worker();
  for (const id of ids) await f.running(id);
  await lane.write([{ time: T0, values: [64] }]);
  const two = await f.worker();
  await until('three each', async () => one.held === 3 && two.held === 3);
  // and it stays so: nobody hands the same shards to and fro
  const tokens = (await f.db.select().from(shard)).map((s) => s.token).sort();
  await lane.write([{ time: T0 + 1, values: [0] }]);
  await until('rows of all', async () => (await Promise.all(ids.map(f.outputs))).every((rows) => rows.length === 2));
  expect((await f.db.select().from(shard)).map((s) => s.token).sort()).toEqual(tokens);
  await two.stop();
  await until('all with the first', async () => one.held === 6);
  await lane.write([{ time: T0 + 2, values: [0] }]);
  await until('more rows of all', async () => (await Promise.all(ids.map(f.outputs))).every((rows) => rows.length === 3));
  for (const id of ids) expect((await f.outputs(id)).map((r) => r.values[0])).toEqual([64, 32, 16]);
});

test('shards of a frozen worker go to its peer; what it sends when it comes back is refused', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const ids = [await f.instance(smoothing, { x: lane.tags[0] ?? 0 }), await f.instance(smoothing, { x: lane.tags[0] ?? 0 })];
  const child: ChildProcess = fork(fileURLToPath(new URL('./proof/child.ts', import.meta.url)), [], {
    execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await once(child, 'message');
    for (const id of ids) await f.running(id);
    await lane.write([{ time: T0, values: [64] }]);
    await until('rows', async () => (await Promise.all(ids.map(f.outputs))).every((rows) => rows.length === 1));
    const peer = await f.worker();
    await until('one each', () => peer.held === 1);
    child.kill('SIGSTOP');
    const t = Date.now();
    await until('the peer has both', () => peer.held === 2);
    const took = Date.now() - t;
    await lane.write([{ time: T0 + 1, values: [0] }]);
    await until('rows of both', async () => (await Promise.all(ids.map(f.outputs))).every((rows) => rows.length === 2));
    child.kill('SIGCONT');
    await lane.write([{ time: T0 + 2, values: [0] }]);
    await until('third rows', async () => (await Promise.all(ids.map(f.outputs))).every((rows) => rows.length === 3));
    for (const id of ids) expect((await f.outputs(id)).map((r) => r.values[0])).toEqual([64, 32, 16]);
    // 3 s of lease; how long it takes on a machine with time is in the proof (`npm run proof -- kills`)
    expect(took).toBeGreaterThan(1_000);
    expect(took).toBeLessThan(45_000);
  } finally {
    child.kill('SIGKILL');
  }
}, 120_000);

test('a start that outlasts the lease is not taken away by a peer, whose own would be taken away in turn', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(smoothing, { x: lane.tags[0] ?? 0 });
  let compiled = 0;
  const compile: Compile = async (request) => {
    compiled++;
    await sleep(LEASE_MS + 1_500);
    return compileApp(request);
  };
  const workers = [await f.worker({ compile }), await f.worker({ compile })];
  await f.running(id);
  await lane.write([{ time: T0, values: [64] }]);
  await until('a row', async () => (await f.outputs(id)).length === 1);
  expect(workers.map((w) => w.held).sort()).toEqual([0, 1]);
  expect(compiled).toBe(1);
  expect((await f.shard(id)).token).toBe(1);
});

test('an app with nothing to do gives its isolate back and has it again, with its state, when something comes', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(smoothing, { x: lane.tags[0] ?? 0 });
  const worker = await f.worker({ parkMs: 300 });
  await f.running(id);
  await lane.write([{ time: T0, values: [64] }]);
  await until('a row', async () => (await f.outputs(id)).length === 1);
  await until('parked', () => worker.facts().parked === 1);
  await lane.write([{ time: T0 + 1, values: [0] }]);
  await until('a second row', async () => (await f.outputs(id)).length === 2);
  expect((await f.outputs(id)).map((r) => r.values[0])).toEqual([64, 32]);
  await until('parked again', () => worker.facts().parked === 1);
  // what a parked one leaves behind is its state
  await worker.stop();
  const s = await f.shard(id);
  expect(await f.db.select().from(checkpoint)).toMatchObject([{ step: s.step, cursor: s.cursor }]);
  await f.worker();
  await lane.write([{ time: T0 + 2, values: [0] }]);
  await until('a third row', async () => (await f.outputs(id)).length === 3);
  expect((await f.outputs(id))[2]?.values).toEqual([16]);
  expect((await f.db.select().from(instance))[0]?.status).toBe('running');
});
