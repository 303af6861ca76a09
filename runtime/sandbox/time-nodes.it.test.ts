import { expect, test } from 'vitest';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { StepInput } from '#runtime/step/contract.ts';
import { createStepper } from './stepper.ts';
import { timeNodes } from './time-nodes.ts';

const version = '1.0.0';
/** A node that computes for long among some that do little. */
const graph: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title: { en: 'x', zh: 'x' } }],
  nodes: [
    { id: 'tag', block: 'millwright/source.tag', version, params: { role: 'x' } },
    { id: 'smooth', block: 'millwright/series.ewma', version, params: { alpha: 0.2 } },
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
    { from: { node: 'tag', port: 'out' }, to: { node: 'smooth', port: 'in' } },
    { from: { node: 'smooth', port: 'out' }, to: { node: 'heavy', port: 'in' } },
    { from: { node: 'heavy', port: 'out' }, to: { node: 'limit', port: 'in' } },
  ],
  outputs: [{ name: 'out', from: { node: 'limit', port: 'out' } }],
};
const input = (from: number): StepInput => {
  const n = 200;
  const times = Float64Array.from({ length: n }, (_, i) => from + i);
  const row = Int32Array.from({ length: n }, (_, i) => i);
  const source = {
    source: 0,
    n,
    row,
    time: times,
    key: new Int32Array(n),
    columns: [times.map((t) => t % 9)],
    quality: [undefined],
  };
  return { n, clock: times, words: ['a'], sources: [source], answers: [] };
};
async function compiled(timed: boolean) {
  const made = await compileGraph(graph, { catalogue: loadCatalogue(), timed });
  if (!made.ok) throw new Error(made.problems.map((p) => p.message.en).join('\n'));
  return made.program;
}

test('the twin gives what the program gives, part by part', async () => {
  const [plain, twin] = [await createStepper(await compiled(false)), await createStepper(await compiled(true))];
  for (const from of [1000, 2000]) {
    const { result, parts } = await twin.timedStep(input(from));
    expect(result).toEqual(await plain.step(input(from)));
    expect(parts).toHaveLength(3);
  }
  expect(Buffer.from(await twin.save()).equals(Buffer.from(await plain.save()))).toBe(true);
  plain.dispose();
  twin.dispose();
});

test('the node that computes for long has most of the time', async () => {
  const before = await createStepper(await compiled(false));
  await before.step(input(1000));
  const costs = await timeNodes(await compiled(true), { state: await before.save(), inputs: [input(2000), input(3000)] });
  before.dispose();
  expect(costs.map((c) => c.nodes)).toEqual([['smooth'], ['heavy'], ['limit']]);
  const heavy = costs.find((c) => c.nodes.includes('heavy'));
  // 400 square roots a row, a few ns each, against a few operations
  expect(heavy?.share).toBeGreaterThan(0.6);
  expect(heavy?.nsPerRow).toBeGreaterThan(200);
  expect(costs.reduce((sum, c) => sum + c.share, 0)).toBeCloseTo(1, 9);
});
