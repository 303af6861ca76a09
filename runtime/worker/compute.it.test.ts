import { readFileSync } from 'node:fs';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effect } from '#drizzle/schema/index.ts';
import { type ComputePool, openComputePool } from '#runtime/compute/pool.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { storedModels } from './models.ts';
import { type ReplayTools, type ReplayWish, replayGraph } from './replay-graph.ts';

/** A running app whose model is run by the host: live, taken up by another worker, in a replay and in a backtest. */
const MODEL = readFileSync(new URL('../compute/fixtures/linear.onnx', import.meta.url));
/** scikit-learn's own predictions for these rows, see runtime/compute/onnx/run.test.ts. */
const PATIENTS = [
  { row: [0.061696206518683294, 0.019907486170462722, 0.0218723855140367], risk: 205.9047539127131 },
  { row: [0.0175059114895705, 0.037236246732001224, -0.0228846771720037], risk: 176.9406328051409 },
  { row: [-0.05794093368208547, -0.028323167238848198, -0.0079771324465764], risk: 99.6942274277817 },
  { row: [-0.07303030271641665, -0.00422151393810765, -0.08141314376144114], risk: 84.44214101414765 },
];
const ROLES = ['a', 'b', 'c'];
const graphWith = (model: string): GraphDocumentInput => ({
  format: 1,
  roles: ROLES.map((name) => ({ name, title: { en: name, zh: name } })),
  nodes: [
    ...ROLES.map((name) => ({ id: name, block: 'millwright/source.tag', version: '1.0.0', params: { role: name } })),
    { id: 'row', block: 'millwright/series.join', version: '1.0.0', params: {} },
    {
      id: 'model',
      block: 'millwright/learn.onnx',
      version: '1.0.0',
      params: { model, columns: ROLES.map((name) => ({ name, input: 'x' })), outputs: [{ name: 'risk', output: 'y' }] },
    },
  ],
  wires: [
    ...ROLES.map((name) => ({ from: { node: name, port: 'out' }, to: { node: 'row', port: name } })),
    { from: { node: 'row', port: 'out' }, to: { node: 'model', port: 'in' } },
  ],
  outputs: [{ name: 'risk', from: { node: 'model', port: 'out' } }],
});

let f: WorkerFixture;
let pool: ComputePool;
let graph: string;
let id: string;
let tags: readonly number[];
let began: number;
let ended: number;

beforeAll(async () => {
  f = await workerFixture();
  const blobs = openBlobStore(f.dataFolder);
  const model = await blobs.put(f.db, ORG, MODEL, 'application/onnx');
  graph = JSON.stringify(graphWith(model));
  pool = openComputePool({ models: storedModels(f.db, blobs), size: 1, warn: () => {} });
  const lane = await f.lane([{}, {}, {}]);
  tags = lane.tags;
  began = Date.now();
  const first = await f.worker();
  id = await f.instance(JSON.parse(graph), Object.fromEntries(ROLES.map((name, i) => [name, tags[i] ?? 0])), {
    grants: ['tag.read', 'model.load'],
  });
  await f.running(id);
  // a worker that cannot compute: the request waits, its turn goes on
  await lane.write([{ time: Date.now(), values: PATIENTS[0]?.row ?? [] }]);
  await until('it asked', async () => (await f.db.$count(effect, eq(effect.instanceId, id))) === 1);
  await first.stop();
  await f.worker({ computer: pool });
  await until('it was answered', async () => (await f.outputs(id)).length === 1);
  for (const { row } of PATIENTS.slice(1)) await lane.write([{ time: Date.now(), values: row }]);
  await until('all were answered', async () => (await f.outputs(id)).length === PATIENTS.length);
  ended = Date.now() + 1;
}, 120_000);
afterAll(async () => {
  await pool?.close();
  await f?.[Symbol.asyncDispose]();
});

const risks = (values: readonly unknown[]) => {
  expect(values).toHaveLength(PATIENTS.length);
  for (const [i, { risk }] of PATIENTS.entries()) expect(values[i]).toBeCloseTo(risk, 3);
};

test('every row is answered once, also the one whose worker could not compute', async () => {
  risks((await f.outputs(id)).map((row) => row.values[0]));
  const rows = await f.db
    .select()
    .from(effect)
    .where(and(eq(effect.instanceId, id), eq(effect.kind, 'compute.onnx')));
  expect(rows.length).toBeLessThanOrEqual(PATIENTS.length); // rows that waited went together
  expect(rows.every((row) => row.status === 'done' && row.answered)).toBe(true);
});

async function run(computer: ReplayTools['computer'], more: Partial<ReplayWish>): Promise<unknown[]> {
  const given: unknown[] = [];
  await replayGraph(
    {
      db: f.db,
      reader: f.reader,
      blobs: openBlobStore(f.dataFolder),
      dataFolder: f.dataFolder,
      onFatal: () => {},
      ...(computer ? { computer } : {}),
    },
    ORG,
    {
      graph,
      graphHash: await sha256(graph),
      key: 'C-101',
      bindings: Object.fromEntries(ROLES.map((name, i) => [name, { tagId: tags[i] ?? 0 }])),
      parameters: {},
      window: { from: began - 1000, to: ended },
      input: 'arrived',
      confirmations: 'confirm',
      wires: false,
      ...more,
    } as ReplayWish,
    {
      onResult: (result, info) => {
        for (const o of result.outputs)
          if (info.outputs[o.output]?.name === 'risk') given.push(...Array.from(o.columns[0] as Float64Array));
      },
    },
  );
  return given;
}

test('a replay of what ran takes the recorded answers: nothing is computed', async () => {
  const refused = { compute: () => Promise.reject(new Error('computed in a replay')) };
  risks(await run(refused, { beside: id }));
});

test('a backtest computes at once, and gives the same', async () => {
  const before = pool.facts.done;
  risks(await run(pool, {}));
  expect(pool.facts.done - before).toBe(PATIENTS.length);
});

test('without anyone who computes the answers are unknown, and counted', async () => {
  expect(await run(undefined, {})).toEqual([]);
});
