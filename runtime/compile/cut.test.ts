import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { checkApp, compileGraph } from './compile.ts';
import { type EvaluatedStep, type Evaluation, evaluate } from './evaluate.ts';
import { createLocalStepper } from './local-stepper.ts';
import { everyBlock, randomGraph, randomRows } from './random-graphs.testing.ts';
import { generator } from './random-numbers.testing.ts';
import { buildStepInput, type InputRow } from './step-input.ts';

/** What is computed again after a change, from kept rows, is to the bit what the whole graph gives. */
const catalogue = await everyBlock();

async function stepsOf(document: GraphDocument, rows: readonly InputRow[], size: number): Promise<EvaluatedStep[]> {
  const made = await compileGraph(document, { catalogue });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const { info } = made.program;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => {
    const { sources, ...step } = buildStepInput(info, rows.slice(i * size, (i + 1) * size));
    return { ...step, sources: sources.map(({ source, ...s }) => ({ node: info.sources[source]?.node ?? '', ...s })) };
  });
}
const stepper = (program: Parameters<typeof createLocalStepper>[0]) => createLocalStepper(program, { seed: 7 });
async function evaluated(options: Omit<Parameters<typeof evaluate>[0], 'catalogue' | 'stepper'>): Promise<Evaluation> {
  const made = await evaluate({ ...options, catalogue, stepper });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  return made.evaluation;
}
/** Everything an evaluation gave, to the bit; `line` is told for the first failures of a step only. */
const exactly = ({ wires, effects, alarms, dead, late }: Evaluation) =>
  JSON.stringify(
    [[...wires].sort(([a], [b]) => (a < b ? -1 : 1)), effects, alarms, dead, Object.entries(late).sort()],
    (key, v) =>
      key === 'line'
        ? undefined
        : ArrayBuffer.isView(v)
          ? Array.from(v as Float64Array, (x) => (Object.is(x, -0) ? '-0' : String(x)))
          : typeof v === 'number' && !Number.isFinite(v)
            ? String(v)
            : v,
  );

/** The same graph with a parameter of one node otherwise. */
function changedIn(document: GraphDocument, id: string): GraphDocument | undefined {
  const node = document.nodes.find((n) => n.id === id);
  const [name, value] = Object.entries(node?.params ?? {}).find(([, v]) => typeof v === 'number') ?? [];
  if (name === undefined || typeof value !== 'number') return undefined;
  const nodes = document.nodes.map((n) => (n.id === id ? { ...n, params: { ...n.params, [name]: value * 2 } } : n));
  const changed = { ...document, nodes };
  return checkApp(changed, catalogue).problems.some((p) => p.severity === 'error') ? undefined : changed;
}

test('after a change of a parameter, what stands behind it is computed again and equals the whole', {
  timeout: 60_000,
}, async () => {
  let [changes, taken] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 4, max: 12 }), async (seed, size) => {
      const random = generator(seed);
      const document = graphDocument.parse(randomGraph(random, size));
      const asking = document.nodes.filter((n) => n.block.endsWith('.ask')).map((n) => n.id);
      const steps = await stepsOf(document, randomRows(random, 120, asking), 50);
      const first = await evaluated({ document, steps });
      const edits = document.nodes.flatMap(({ id }) => [[id, changedIn(document, id)] as const]).filter(([, edited]) => edited);
      for (const [id, edited] of edits.slice(0, 3)) {
        if (!edited) continue;
        changes++;
        const again = await evaluated({ document: edited, steps, before: first });
        const whole = await evaluated({ document: edited, steps });
        taken += whole.computed.length - again.computed.length;
        expect(again.computed).toContain(id);
        expect(exactly(again) === exactly(whole), `seed ${seed}, size ${size}, ${id}`).toBe(true);
      }
    }),
    { numRuns: 5, seed: 1 },
  );
  expect(changes).toBeGreaterThan(8);
  expect(taken).toBeGreaterThan(30);
});
