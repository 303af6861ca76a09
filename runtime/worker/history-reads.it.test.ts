import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effect } from '#drizzle/schema/index.ts';
import { dropOldReads } from '#runtime/effects/read-history.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { consume } from '#runtime/historian/consume.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { type ReplayWish, replayGraph } from './replay-graph.ts';

/** A running app that reads history: live, in a replay of its own journal, as an edit, and as corrected; the real historian beside it. */
const title = { en: 'Role', zh: '角色' };
const graph = (aggregate: string): GraphDocumentInput => ({
  format: 1,
  roles: [
    { name: 'trigger', title },
    { name: 'temperature', title, unit: '[degF]' },
  ],
  nodes: [
    { id: 'go', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'trigger' } },
    {
      id: 'past',
      block: 'millwright/source.history',
      version: '1.0.0',
      params: { role: 'temperature', span: 60, aggregate, points: aggregate === 'none' ? 100 : 1 },
    },
    { id: 'own', block: 'millwright/source.history', version: '1.0.0', params: { output: 'seen.value', unit: '1', span: 60 } },
  ],
  wires: [
    { from: { node: 'go', port: 'out' }, to: { node: 'past', port: 'trigger' } },
    { from: { node: 'go', port: 'out' }, to: { node: 'own', port: 'trigger' } },
  ],
  outputs: [
    { name: 'seen', from: { node: 'go', port: 'out' } },
    { name: 'past', from: { node: 'past', port: 'out' } },
    { name: 'own', from: { node: 'own', port: 'out' } },
  ],
});

let f: WorkerFixture;
let id: string;
let bindings: ReplayWish['bindings'];
const stop = new AbortController();
let historian: Promise<void>;
const began = Date.now() - 1000;
beforeAll(async () => {
  f = await workerFixture();
  const { sql, reader } = f;
  historian = consume({
    sql,
    read: reader.readAfter,
    wait: (ms) => new Promise((r) => setTimeout(r, Math.min(ms, 20))),
    signal: stop.signal,
    flushMs: 50,
  });
  const lane = await f.lane([{}, { unit: 'Cel' }]);
  const [trigger = 0, temperature = 0] = lane.tags;
  bindings = { trigger: { tagId: trigger }, temperature: { tagId: temperature } };
  await f.worker();
  id = await f.instance(graph('none'), { trigger, temperature }, { grants: ['tag.read', 'history.read'] });
  await f.running(id);
  // 10, 20, 30 °C, then the question
  for (const [i, value] of [10, 20, 30].entries()) await lane.writeOne(1, began + 300 * i, value);
  const ask = async (value: number) => {
    await lane.writeOne(0, Date.now(), value);
    await until('both were answered', async () => (await f.outputs(id)).filter((o) => o.name !== 'seen').length >= 2 * value);
  };
  await ask(1);
  // a correction of the second that comes afterwards: 20 °C was 50 °C
  await lane.writeOne(1, began + 300, 50, Date.now());
  await until('all of it is stored', async () => {
    const [row] = await sql<{ n: number }[]>`
      select (select coalesce(sum(n), 0) from chunk where tag_id = ${temperature}) + (select count(*) from series where output = 'seen') as n`;
    return Number(row?.n) === 5;
  });
  await ask(2);
}, 120_000);
afterAll(async () => {
  stop.abort();
  await historian;
  await f?.[Symbol.asyncDispose]();
});

interface Given {
  readonly past: (readonly number[])[];
  readonly own: (readonly number[])[];
  readonly report: ReplayReport;
}
async function run(document: GraphDocumentInput, more: Partial<ReplayWish>): Promise<Given> {
  const given: { past: number[][]; own: number[][] } = { past: [], own: [] };
  const text = JSON.stringify(document);
  const { db, reader, dataFolder } = f;
  const report = await replayGraph(
    { db, reader, dataFolder, blobs: openBlobStore(dataFolder), onFatal: () => {} },
    ORG,
    {
      graph: text,
      graphHash: await sha256(text),
      key: 'C-101',
      bindings,
      parameters: {},
      window: { from: began - 60_000, to: Date.now() + 1 },
      input: 'arrived',
      confirmations: 'confirm',
      wires: false,
      beside: id,
      ...more,
    },
    {
      onResult: (result, info) => {
        for (const o of result.outputs) {
          const name = info.outputs[o.output]?.name;
          if (name === 'past' || name === 'own')
            for (const values of o.columns[1] ?? []) given[name].push(Array.from(values as Float64Array));
        }
      },
    },
  );
  return { ...given, report };
}
const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 9));
const FIRST = near(50, 68, 86); // 10, 20, 30 °C
const SECOND = near(50, 122, 86);

test('live: what had come when the row came, in the unit of the role; of the own output what was given before', async () => {
  const rows = await f.outputs(id);
  const values = (name: string) => rows.filter((o) => o.name === name).map((o) => Array.from(o.values[1] as Float64Array));
  expect(values('past')).toEqual([FIRST, SECOND]);
  expect(values('own')).toEqual([[], [1]]);
  const asked = await f.db.select().from(effect).where(eq(effect.instanceId, id));
  expect(asked.map((e) => [e.kind, e.status, e.answered])).toEqual(new Array(4).fill(['history.read', 'done', true]));
});

test('a replay of its own journal is given the recorded answers, bit for bit', async () => {
  const { past, own, report } = await run(graph('none'), {});
  expect([past, own]).toEqual([
    [FIRST, SECOND],
    [[], [1]],
  ]);
  expect(report.source).toMatchObject({ kind: 'journal', different: 0 });
});

test('an edit that asks for something else reads the history as it was known then', async () => {
  const { past, report } = await run(graph('mean'), {});
  expect(past).toEqual([near(68), near(86)]); // means of 10, 20, 30 and of 10, 50, 30 °C
  expect(report.source).toMatchObject({ kind: 'log' });
});

test('what was read long ago leaves the list of actions; a replay of it has the answers all the same', async () => {
  const reads = () => f.db.$count(effect, eq(effect.kind, 'history.read'));
  expect(await dropOldReads(f.sql, 7)).toBe(0);
  await f.sql`update effect set done_at = now() - interval '8 days' where step = (select min(step) from effect)`;
  const before = await reads();
  const gone = await dropOldReads(f.sql, 7);
  expect(gone).toBeGreaterThan(0);
  expect(await reads()).toBe(before - gone);
  const { past, report } = await run(graph('none'), {});
  expect(past).toEqual([FIRST, SECOND]);
  expect(report.source).toMatchObject({ kind: 'journal', different: 0 });
});

test('as corrected both see the correction', async () => {
  const { past } = await run(graph('none'), { input: 'corrected' });
  expect(past).toEqual([SECOND, SECOND]);
});
