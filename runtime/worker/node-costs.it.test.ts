import { expect, test } from 'vitest';
import { nodeFigures } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from './fixture.testing.ts';

const version = '1.0.0';
/** 400 square roots a row in one node, a comparison in the other. */
const graph: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title: { en: 'x', zh: '甲' }, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version, params: { role: 'x' } },
    {
      ...{ id: 'heavy', block: 'millwright/transform.code', version },
      params: {
        code: 'export default (row) => { let x = row.value; for (let i = 0; i < 400; i++) x = Math.sqrt(x * x + i); return { value: x }; };',
        outputs: [{ name: 'value', type: 'number' }],
      },
    },
    { id: 'limit', block: 'millwright/series.compare', version, params: { high: 5 } },
  ],
  wires: [
    { from: { node: 'in', port: 'out' }, to: { node: 'heavy', port: 'in' } },
    { from: { node: 'heavy', port: 'out' }, to: { node: 'limit', port: 'in' } },
  ],
  outputs: [{ name: 'out', from: { node: 'heavy', port: 'out' } }],
};
const T0 = 1_795_000_000_000;

test('what each node of a running app costs is found out beside it, told, and counted; the app goes on as it was', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(graph, { x: lane.tags[0] ?? 0 });
  const worker = await f.worker({ timeNodesAfterMs: 0 });
  await f.running(id);
  let written = 0;
  const write = () => lane.write(Array.from({ length: 100 }, () => ({ time: T0 + written * 10, values: [written++ % 9] })));
  await until('its cost is told', async () => {
    await write();
    const [row] = await f.db.select().from(nodeFigures);
    return row?.nodes.heavy?.cpu !== undefined;
  });
  const [told] = await f.db.select().from(nodeFigures);
  const nodes = told?.nodes ?? {};
  expect(nodes.heavy?.cpu?.share).toBeGreaterThan(0.6);
  expect((nodes.heavy?.cpu?.share ?? 0) + (nodes.limit?.cpu?.share ?? 0)).toBeCloseTo(1, 9);
  expect(nodes.heavy?.cpu?.cores).toBeGreaterThan(0);
  expect(nodes.in?.cpu).toBeUndefined();
  expect(worker.facts()).toMatchObject({ nodeTimings: 1, nodeTimingsLeftOut: 0 });
  await until('all rows came out', async () => (await f.outputs(id)).length === written);
  const values = (await f.outputs(id)).map((row) => row.values[0]);
  // √(x² + Σi) by its closed form
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(Math.sqrt((i % 9) ** 2 + (399 * 400) / 2), 6);
});
