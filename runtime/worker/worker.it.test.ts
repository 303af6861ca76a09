import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { ResolvedWrite } from '#drizzle/schema/effect.ts';
import {
  alarm,
  alarmEvent,
  appVersion,
  checkpoint,
  deadLetter,
  effect,
  instance,
  lateCount,
  probe,
  shard,
  tag,
  watch,
} from '#drizzle/schema/index.ts';
import { finishEffect } from '#runtime/effects/outbox.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from './fixture.testing.ts';

const title = { en: 'x', zh: '甲' };
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string) => {
  const [a = '', p = 'out'] = from.split('.');
  const [b = '', q = 'in'] = to.split('.');
  return { from: { node: a, port: p }, to: { node: b, port: q } };
};
const role = (name: string, unit?: string) => ({ name, title, type: 'number' as const, ...(unit ? { unit } : {}) });
/** Celsius smoothed with weight 1/2. */
const smoothing: GraphDocumentInput = {
  format: 1,
  roles: [role('temp', 'Cel')],
  nodes: [node('in', 'source.tag', { role: 'temp' }), node('avg', 'series.ewma', { alpha: 0.5 })],
  wires: [wire('in', 'avg')],
  outputs: [{ name: 'smooth', from: { node: 'avg', port: 'out' } }],
};
const T0 = 1_795_000_000_000;

test('an instance starts by itself: tag to role unit, program, outputs, cursor, state', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{ unit: '[degF]' }]);
  const id = await f.instance(smoothing, { temp: lane.tags[0] ?? 0 });
  const worker = await f.worker();
  await f.running(id);
  await lane.write([212, 32, 32].map((v, i) => ({ time: T0 + i * 1000, values: [v] })));
  await until('three rows', async () => (await f.outputs(id)).length === 3);
  const rows = await f.outputs(id);
  // 212 °F = 100 °C, then half the way to 0 °C each time
  for (const [i, expected] of [100, 50, 25].entries()) expect(rows[i]?.values[0]).toBeCloseTo(expected, 9);
  expect(rows.map((r) => [r.name, r.key, r.time, r.origin])).toEqual(
    [0, 1, 2].map((i) => ['smooth', 'C-101', T0 + i * 1000, 'derived']),
  );
  // small state is saved with the steps, and always when a worker leaves
  await worker.stop();
  const [saved] = await f.db.select().from(checkpoint);
  const s = await f.shard(id);
  expect(saved).toMatchObject({ step: s.step, cursor: s.cursor });
});

test('state survives a stop, a restart, a move to another worker and another version', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{ unit: 'Cel' }]);
  const id = await f.instance(smoothing, { temp: lane.tags[0] ?? 0 });
  const one = await f.worker();
  await f.running(id);
  await lane.write([{ time: T0, values: [64] }]);
  await until('a row', async () => (await f.outputs(id)).length === 1);
  await one.stop();
  await lane.write([{ time: T0 + 1, values: [0] }]);
  await f.worker();
  await until('second row', async () => (await f.outputs(id)).length === 2);
  expect((await f.outputs(id))[1]?.values).toEqual([32]);
  // stop by wish, start again
  await f.db.update(instance).set({ wanted: 'stop' }).where(eq(instance.id, id));
  await until('stopped', async () => (await f.facts(id)).status === 'stopped');
  await lane.write([{ time: T0 + 2, values: [0] }]);
  await f.db.update(instance).set({ wanted: 'run', status: 'starting' }).where(eq(instance.id, id));
  await until('third row', async () => (await f.outputs(id)).length === 3);
  expect((await f.outputs(id))[2]?.values).toEqual([16]);
  // a new version with another parameter keeps the state
  const slower = JSON.stringify({ ...smoothing, nodes: [smoothing.nodes[0], node('avg', 'series.ewma', { alpha: 0.25 })] });
  const { versionId } = await f.facts(id);
  const [old] = await f.db.select().from(appVersion).where(eq(appVersion.id, versionId));
  const [next] = await f.db
    .insert(appVersion)
    .values({ ...old, id: undefined, version: '1.1.0', graph: slower, graphHash: 'x' } as never)
    .returning();
  await f.db
    .update(instance)
    .set({ versionId: next?.id ?? '' })
    .where(eq(instance.id, id));
  await new Promise((r) => setTimeout(r, 2_500));
  await lane.write([{ time: T0 + 3, values: [0] }]);
  await until('fourth row', async () => (await f.outputs(id)).length === 4);
  expect((await f.outputs(id))[3]?.values).toEqual([12]);
});

test('a role mapped to a tag of another lane: the state goes on, the new lane is followed from now on', async () => {
  await using f = await workerFixture();
  const one = await f.lane([{ unit: 'Cel' }]);
  const two = await f.lane([{ unit: 'Cel' }]);
  const id = await f.instance(smoothing, { temp: one.tags[0] ?? 0 });
  await f.worker();
  await f.running(id);
  await two.write([{ time: T0, values: [1e6] }]); // before its time: must never be seen
  for (const v of [64, 0, 0]) await one.write([{ time: T0, values: [v] }]);
  await until('three rows', async () => (await f.outputs(id)).length === 3);
  // as a deployment does it: the lease is taken away under the running worker, with steps that no checkpoint has yet
  await f.db
    .update(instance)
    .set({ bindings: { temp: { tagId: two.tags[0] ?? 0 } } })
    .where(eq(instance.id, id));
  await f.db.update(shard).set({ token: sql`${shard.token} + 1`, holder: null, leaseUntil: new Date(0) });
  f.notifier.tell('control', id);
  await until('it follows the other lane', async () => (await f.shard(id)).lanes.includes(two.id));
  await two.write([{ time: T0 + 9, values: [0] }]);
  await until('fourth row', async () => (await f.outputs(id)).length === 4);
  expect((await f.outputs(id)).map((r) => r.values[0])).toEqual([64, 32, 16, 8]);
});

test('what cannot run says why, and runs when it is put right', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{ unit: 'bar' }]);
  const bindings = { temp: lane.tags[0] ?? 0 };
  const wrongUnit = await f.instance(smoothing, bindings);
  const unbound = await f.instance(smoothing, {});
  const unknown = await f.instance(
    { ...smoothing, nodes: [node('in', 'source.tag', { role: 'temp' }), node('avg', 'series.nothing')] },
    bindings,
  );
  const ungranted = await f.instance(smoothing, bindings, { grants: [] });
  await f.worker();
  const reason = async (id: string) => (await f.facts(id)).reason;
  for (const id of [wrongUnit, unbound, unknown, ungranted])
    await until('failed', async () => (await f.facts(id)).status === 'failed');
  expect(await reason(wrongUnit)).toMatchObject({ code: 'ROLE_UNIT', message: expect.stringContaining('bar') });
  expect(await reason(unbound)).toMatchObject({
    code: 'ROLE_UNBOUND',
    message: 'No tag is mapped to temp.',
    zh: expect.stringContaining('temp'),
  });
  expect(await reason(unknown)).toMatchObject({ code: 'COMPILE', node: 'avg' });
  expect(await reason(ungranted)).toMatchObject({ code: 'CAPABILITY_MISSING', message: expect.stringContaining('tag.read') });
  await f.db.update(tag).set({ unit: 'K' }).where(eq(tag.id, bindings.temp));
  await f.db.update(instance).set({ status: 'starting', reason: null }).where(eq(instance.id, wrongUnit));
  await until('running', async () => (await f.facts(wrongUnit)).status === 'running');
  expect(await reason(wrongUnit)).toBeNull();
});

test('an error that nobody foresaw shows at the instance while it is tried again, and stops it with its reason', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(smoothing, { temp: lane.tags[0] ?? 0 });
  await f.worker({ compile: () => Promise.reject(new Error('out of ink')) });
  await until('it is told', async () => (await f.facts(id)).reason !== null);
  await until('it is failed', async () => (await f.facts(id)).status === 'failed');
  expect((await f.facts(id)).reason).toEqual({
    code: 'INTERNAL',
    message: 'The platform could not start the app: out of ink',
    zh: '平台未能启动该应用：out of ink',
  });
});

test('alarms follow their condition, timers fire by ticks, effects are answered into the graph', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{ unit: 'bar' }, { unit: 'bar', access: 'rw' }]);
  const [p = 0, set = 0] = lane.tags;
  const graph: GraphDocumentInput = {
    format: 1,
    roles: [role('p', 'kPa'), { ...role('setpoint', 'kPa'), write: true }],
    nodes: [
      node('p', 'source.tag', { role: 'p' }),
      node('high', 'series.compare', { high: 800 }),
      {
        ...node('alarm', 'alarm.raise', { priority: 2, text: { en: 'Pressure high', zh: '压力高' }, onDelay: 1 }),
        bind: { condition: 'on' },
      },
      node('safe', 'control.interlock', { condition: 'a < 2000', maxAge: 30 }),
      node('write', 'control.write', { role: 'setpoint' }),
    ],
    wires: [wire('p', 'high'), wire('high', 'alarm'), wire('p', 'safe.a'), wire('p', 'safe.command'), wire('safe', 'write')],
    outputs: [
      { name: 'alarm', from: { node: 'alarm', port: 'out' } },
      { name: 'written', from: { node: 'write', port: 'out' } },
    ],
  };
  const id = await f.instance(graph, { p, setpoint: set });
  await f.worker();
  await f.running(id);
  const now = Date.now();
  await lane.write([{ time: now, values: [9] }]); // 900 kPa
  // nothing else comes: the delay of one second is kept by a tick
  await until('alarm', async () => (await f.db.select().from(alarm)).length === 1);
  expect(await f.db.select().from(alarm)).toMatchObject([
    { node: 'alarm', key: 'C-101', state: 'unack-active', active: true, priority: 2, simulated: false },
  ]);
  const [asked] = await f.db.select().from(effect);
  // the write is in the tag's unit: 900 kPa = 9 bar
  expect(asked).toMatchObject({ kind: 'tag.write', node: 'write', status: 'pending', resolved: { tagId: set } });
  expect((asked?.resolved as ResolvedWrite | null)?.value).toBeCloseTo(9, 9);
  expect(asked?.resolved?.preconditions).toMatchObject([{ node: 'safe', maxAge: 30_000 }]);
  if (asked) await finishEffect(f.db, asked, 'done', { ok: true, value: 9 });
  await until('answer', async () => (await f.outputs(id)).some((r) => r.name === 'written'));
  expect((await f.outputs(id)).find((r) => r.name === 'written')?.values.slice(0, 2)).toEqual([900, 1]);
  await lane.write([{ time: now + 5_000, values: [1] }]);
  await until('cleared', async () => (await f.db.select().from(alarm))[0]?.state === 'unack-cleared');
  const journal = await f.db.select().from(alarmEvent).orderBy(alarmEvent.at);
  expect(journal.map((e) => [e.from, e.to, e.cause])).toEqual([
    ['normal', 'unack-active', 'condition'],
    ['unack-active', 'unack-cleared', 'condition'],
  ]);
});

test('an entry that a block cannot pass is set aside by name; the stream and the neighbour go on', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const code = `export default function (row) {
  if (row.value === 13) {
    for (;;);
  }
  return { y: row.value * 2 };
}`;
  const own: GraphDocumentInput = {
    format: 1,
    roles: [role('x')],
    nodes: [
      node('in', 'source.tag', { role: 'x' }),
      node('mine', 'transform.code', { code, outputs: [{ name: 'y', type: 'number' }] }),
    ],
    wires: [wire('in', 'mine')],
    outputs: [{ name: 'y', from: { node: 'mine', port: 'out' } }],
  };
  const bad = await f.instance(own, { x: lane.tags[0] ?? 0 });
  const good = await f.instance({ ...smoothing, roles: [role('temp')] }, { temp: lane.tags[0] ?? 0 });
  await f.worker({ limits: { timeoutMs: 200, hostDeadlineMs: 5_000 } });
  for (const id of [bad, good]) await f.running(id);
  await lane.write([1, 2, 13, 4, 5].map((v, i) => ({ time: T0 + i, values: [v] })));
  await until('neighbour', async () => (await f.outputs(good)).length === 5);
  await until('the stream goes on', async () => (await f.outputs(bad)).length === 4, 30_000);
  // the row's own value travels on beside what the code gives
  expect((await f.outputs(bad)).map((r) => r.values)).toEqual([1, 2, 4, 5].map((v) => [v, v * 2]));
  const [dead] = await f.db.select().from(deadLetter);
  expect(dead).toMatchObject({ instanceId: bad, node: 'mine', line: 3, laneId: lane.id, seq: 3 });
  expect(dead?.reason).toMatch(/^TIMEOUT/);
  expect((await f.facts(bad)).status).toBe('running');
});

test('rows that come too late for a window are counted with the instance, by node', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const windowed: GraphDocumentInput = {
    format: 1,
    roles: [role('x')],
    nodes: [
      node('in', 'source.tag', { role: 'x' }),
      node('mean', 'series.window', { seconds: 1, mode: 'tumbling', lateness: 0 }),
    ],
    wires: [wire('in', 'mean')],
    outputs: [{ name: 'mean', from: { node: 'mean', port: 'out' } }],
  };
  const id = await f.instance(windowed, { x: lane.tags[0] ?? 0 });
  await f.worker();
  await f.running(id);
  // the second and fourth stand before a window that is closed
  for (const second of [10, 5, 12, 4, 14]) await lane.write([{ time: T0 + second * 1000, values: [1] }]);
  await until('both are counted', async () => (await f.db.select().from(lateCount))[0]?.count === 2);
  expect(await f.db.select().from(lateCount)).toMatchObject([{ orgId: 'org-a', instanceId: id, node: 'mean', count: 2 }]);
});

test('a watched instance tells the values on its wires, and keeps its state', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{ unit: 'Cel' }]);
  const id = await f.instance(smoothing, { temp: lane.tags[0] ?? 0 });
  await f.worker();
  await f.running(id);
  await lane.write([{ time: T0, values: [64] }]);
  await until('a row', async () => (await f.outputs(id)).length === 1);
  await f.db.insert(watch).values({ instanceId: id, orgId: 'org-a', until: new Date(Date.now() + 60_000) });
  let n = 1;
  await until('probes', async () => {
    await lane.write([{ time: T0 + n++, values: [0] }]);
    return (await f.db.select().from(probe)).length === 1;
  });
  const [seen] = await f.db.select().from(probe);
  expect(seen?.values).toEqual(expect.arrayContaining([expect.objectContaining({ node: 'avg', port: 'out', key: 'C-101' })]));
  const rows = await f.outputs(id);
  rows.forEach((r, i) => {
    expect(r.values[0]).toBe(64 / 2 ** i);
  });
});
