import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpoint, effect, instance } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { keyPart } from '#runtime/step/key-part.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { replayGraph } from './replay-graph.ts';

/** Ten machines watched by one instance: each has its smoothed value, its alarm, its messages. */
const title = { en: 'x', zh: '甲' };
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const graph: GraphDocumentInput = {
  format: 1,
  roles: [
    { name: 'p', title, type: 'number' },
    { name: 'q', title, type: 'number' },
  ],
  nodes: [
    node('p', 'source.tag', { role: 'p' }),
    node('q', 'source.tag', { role: 'q' }),
    node('target', 'source.form', { form: 'target', title, min: 0, max: 100 }),
    node('sum', 'transform.expr', { expression: 'a + 10 * b' }),
    node('smooth', 'series.ewma', { alpha: 0.3 }),
    node('high', 'series.compare', { high: 17, hysteresis: 1 }),
    { ...node('tell', 'notify.send', { text: title, interval: 0 }), bind: { condition: 'on' } },
  ],
  wires: [wire('p', 'sum', 'a'), wire('q', 'sum', 'b'), wire('sum', 'smooth'), wire('smooth', 'high'), wire('high', 'tell')],
  outputs: [
    { name: 'smooth', from: { node: 'smooth', port: 'out' } },
    { name: 'target', from: { node: 'target', port: 'out' } },
  ],
};
const KEYS = ['C-101', ...Array.from({ length: 9 }, (_, i) => `M-${201 + i}`)];
const T0 = 1_795_000_000_000;

let f: WorkerFixture;
let lanes: Awaited<ReturnType<WorkerFixture['lane']>>[];
let written = 0;
beforeAll(async () => {
  f = await workerFixture();
  // a key's tags are in one lane: how the rows of two lanes lie between each other is each shard's own matter, and its journal's
  lanes = [await f.lane(KEYS.map(() => ({}))), await f.lane(KEYS.map(() => ({})))];
});
afterAll(() => f[Symbol.asyncDispose]());

/** Five machines a lane, each with p and q. */
const tagOf = (key: number, role: 0 | 1): number => lanes[key % 2]?.tags[(key >> 1) * 2 + role] ?? 0;
const bound = (role: 0 | 1) => ({
  tagId: tagOf(0, role),
  more: KEYS.slice(1).map((key, k) => ({ tagId: tagOf(k + 1, role), key })),
});
const make = (shards: number) => f.instance(graph, { p: bound(0), q: bound(1) }, { shards });

async function write(times: number): Promise<void> {
  for (let i = 0; i < times; i++, written++)
    for (const [l, lane] of lanes.entries())
      await lane.write([{ time: T0 + written * 1_000 + l, values: KEYS.map((_, k) => ((written * 7 + k * 3 + l) % 11) / 3) }]);
}
/** What came of each key, in order. */
async function ofKeys(id: string) {
  const rows = await f.outputs(id);
  return Object.fromEntries(
    KEYS.map((key) => [
      key,
      rows.filter((row) => row.key === key).map((row) => [row.name, row.time, row.values, row.quality, row.origin]),
    ]),
  );
}
const taken = (id: string) =>
  until('all is taken', async () => {
    const ends = new Map<number, number>();
    for (const { id: lane } of lanes) ends.set(lane, (await f.reader.ends([lane]))[0] ?? 0);
    return (await f.shards(id)).every(
      (s) => s.endedAt !== null || s.lanes.every((lane, i) => (s.cursor[i] ?? 0) >= (ends.get(lane) ?? 0)),
    );
  });

/** Messages asked for, by key. */
async function messages(id: string) {
  const rows = await f.db
    .select()
    .from(effect)
    .where(eq(effect.instanceId, id))
    .orderBy(effect.shardId, effect.step, effect.ordinal);
  return KEYS.map((key) => rows.filter((row) => row.key === key).map(({ node: of, kind, request }) => [of, kind, request]));
}
/** Somebody enters a value for each machine. */
async function enter(id: string, value: number): Promise<void> {
  for (const [k, key] of KEYS.entries())
    await f.db.transaction((tx) =>
      appendControl(tx, ORG, { type: 'form', instanceId: id, form: 'target', key, values: { value: value + k }, by: 'test' }),
    );
}
const active = async (id: string) => (await f.shards(id)).filter((s) => s.endedAt === null);

let one: string;
let split: string;
const began = Date.now();
test('several shards give what one gives: outputs and effects of each key, in order', async () => {
  await f.worker();
  one = await make(1);
  split = await make(3);
  await Promise.all([f.running(one), f.running(split)]);
  await until('three shards run', async () => (await active(split)).filter((s) => s.holder !== null).length === 3);
  await write(12);
  for (const id of [one, split]) await enter(id, 40);
  await write(3);
  await taken(one);
  await taken(split);
  const [all, parts] = [await ofKeys(one), await ofKeys(split)];
  // fifteen times, two tags; times of forms are those of their entries
  expect(all['M-205']?.filter(([name]) => name === 'smooth')).toHaveLength(2 * 15);
  const timeless = (of: typeof all) =>
    Object.values(of).map((rows) =>
      rows
        .filter(([name]) => name === 'smooth')
        .concat(rows.filter(([name]) => name === 'target').map(([name, , ...r]) => [name, ...r])),
    );
  expect(timeless(parts)).toEqual(timeless(all));
  expect(await messages(split)).toEqual(await messages(one));
  expect((await messages(one)).flat().length).toBeGreaterThan(5);
  // each took its own keys alone, and there is work for each
  const [first, second, third] = await active(split);
  const rows = await f.outputs(split);
  for (const [part, s] of [first, second, third].entries())
    expect([...new Set(rows.filter((row) => row.shard === s?.id).map((row) => row.key))].sort()).toEqual(
      KEYS.filter((key) => keyPart(key, 3) === part).sort(),
    );
});

test('another number of shards while samples come: every key goes on with its state, nothing is lost or taken twice', async () => {
  for (const shards of [2, 5, 1]) {
    const writing = write(8);
    await f.db.update(instance).set({ shards }).where(eq(instance.id, split));
    f.notifier.tell('control', split);
    await until(
      `${shards} shards`,
      async () => (await active(split)).filter((s) => s.parts === shards && s.holder !== null).length === shards,
    );
    await writing;
    await write(2);
  }
  await taken(one);
  await taken(split);
  const smooth = (of: Awaited<ReturnType<typeof ofKeys>>) =>
    Object.values(of).map((rows) => rows.filter(([name]) => name === 'smooth'));
  expect(smooth(await ofKeys(split))).toEqual(smooth(await ofKeys(one)));
  expect(await messages(split)).toEqual(await messages(one));
  // those that ended hold nothing back
  const ended = (await f.shards(split)).filter((s) => s.endedAt !== null);
  expect(ended).toHaveLength(10);
  for (const s of ended) expect(await f.db.select().from(checkpoint).where(eq(checkpoint.shardId, s.id))).toEqual([]);
});

test('its past, backtested as it arrived, follows the journals of all shards that it had, bit for bit', async () => {
  const text = JSON.stringify(graph);
  const rows: unknown[][] = [];
  const report = await replayGraph(
    { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} },
    ORG,
    {
      ...{ graph: text, graphHash: createHash('sha256').update(text).digest('hex'), key: 'C-101', parameters: {}, beside: split },
      bindings: { p: bound(0), q: bound(1) },
      window: { from: Math.min(began, T0) - 60_000, to: Math.max(Date.now(), T0 + (written + 1) * 1_000) + 60_000 },
      ...{ input: 'arrived', confirmations: 'none', wires: false },
    },
    {
      onResult(result, info) {
        for (const o of result.outputs)
          for (let i = 0; i < o.n; i++)
            rows.push([info.outputs[o.output]?.name, o.key[i], o.time[i], o.columns.map((c) => c[i])]);
      },
    },
  );
  expect(report.source).toMatchObject({ kind: 'journal', different: 0 });
  const live = (await f.outputs(split)).map((row) => [row.name, row.key, row.time, row.values]);
  for (const key of KEYS)
    for (const name of ['smooth', 'target']) {
      const mine = (of: unknown[][]) => of.filter((row) => row[0] === name && row[1] === key);
      expect(mine(rows)).toEqual(mine(live));
    }
});

test('an app that keeps something over keys is not split, and says which node does', async () => {
  const window: GraphDocumentInput = {
    ...graph,
    nodes: [node('p', 'source.tag', { role: 'p' }), node('minute', 'series.window', { seconds: 60 })],
    roles: graph.roles?.slice(0, 1) ?? [],
    wires: [wire('p', 'minute')],
    outputs: [{ name: 'mean', from: { node: 'minute', port: 'out' } }],
  };
  const begun = await f.instance(window, { p: bound(0) }, { shards: 2 });
  await until('refused', async () => (await f.facts(begun)).status === 'failed');
  expect((await f.facts(begun)).reason).toMatchObject({ code: 'NOT_SPLITTABLE', node: 'minute' });
  const running = await f.instance(window, { p: bound(0) });
  await f.running(running);
  await until('its state stands', async () => (await f.shards(running)).every((s) => s.holder !== null));
  await write(1);
  await taken(running);
  await f.db.update(instance).set({ shards: 2 }).where(eq(instance.id, running));
  await until('refused', async () => (await f.facts(running)).shards === 1);
  expect(await f.facts(running)).toMatchObject({ status: 'running', reason: { code: 'NOT_SPLITTABLE', node: 'minute' } });
});
