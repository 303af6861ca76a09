import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { exactly, type RunResult, runRows } from '#blocks/sdk/testing.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import type { Program } from '#runtime/step/contract.ts';
import { compileGraph } from './compile.ts';
import { everyBlock, otherTicks, randomGraph, randomRows } from './random-graphs.testing.ts';
import { generator } from './random-numbers.testing.ts';

/**
 * However a stream is cut, wherever the state goes through bytes, however long the loops are, and watched or not: the same outputs,
 * effects, alarms, failures and late rows, to the bit. Over random graphs of blocks of every kind.
 */
let catalogue: ProgramCatalogue;
beforeAll(async () => {
  catalogue = await everyBlock();
});

async function compiled(
  document: GraphDocumentInput,
  options: { maxNodes?: number; instrumented?: boolean; share?: number } = {},
): Promise<Program> {
  const result = await compileGraph(document, { catalogue, ...options });
  if (!result.ok) throw new Error(result.problems.map((p) => `${p.code} ${p.node ?? ''}: ${p.message.en}`).join('\n'));
  return result.program;
}

/** The first node, in the order of the document, whose rows differ: what a failure says. */
function firstDifference(document: GraphDocumentInput, want: RunResult, got: RunResult): string {
  for (const part of ['effects', 'alarms', 'dead'] as const)
    if (JSON.stringify(want[part].map((x) => ({ ...x, line: 0 }))) !== JSON.stringify(got[part].map((x) => ({ ...x, line: 0 }))))
      return part;
  for (const { name, from } of document.outputs ?? []) {
    const a = want.outputs[name] ?? [];
    const b = got.outputs[name] ?? [];
    const at = a.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(b[i]));
    if (at < 0 && a.length === b.length) continue;
    const into = (document.wires ?? [])
      .filter((w) => w.to.node === from.node)
      .map((w) => `${w.from.node}.${w.from.port}->${w.to.port}`);
    return `${from.node}.${from.port} (${into.join(', ')}) row ${at}: ${JSON.stringify(a[at])} and ${JSON.stringify(b[at])}; ${a.length} and ${b.length} rows`;
  }
  return 'late rows';
}

const GRAPHS = Number(process.env.PROPERTY_GRAPHS ?? 20);

test(`${GRAPHS} random graphs, 15 cuts each: the same to the bit`, { timeout: 600_000 }, async () => {
  let rowsOut = 0;
  let splits = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 2, max: 16 }), async (seed, size) => {
      const random = generator(seed);
      const document = randomGraph(random, size);
      const rows = randomRows(
        random,
        300,
        document.nodes.filter((n) => n.block.endsWith('.ask')).map((n) => n.id),
      );
      const program = await compiled(document);
      const whole = runRows(program, rows, { seed });
      rowsOut += Object.values(whole.outputs).reduce((n, list) => n + list.length, 0);
      const want = exactly(whole);
      const same = (name: string, other: Program, options: Parameters<typeof runRows>[2], given = rows) => {
        splits++;
        const got = runRows(other, given, { seed, ...options });
        if (exactly(got) !== want)
          throw new Error(`${name} differs for seed ${seed}, size ${size}: ${firstDifference(document, whole, got)}`);
      };
      const cuts = () => Array.from({ length: 40 }, () => 1 + Math.floor(random() * 40));
      const places = () => Array.from({ length: 3 }, () => Math.floor(random() * 10));
      same('row by row', program, { sizes: [1] });
      for (let i = 0; i < 5; i++) same('cut', program, { sizes: cuts() });
      for (let i = 0; i < 5; i++) same('restored', program, { sizes: cuts(), restoreAt: places() });
      same('other ticks', program, { sizes: cuts(), restoreAt: places() }, otherTicks(rows, random));
      same('one node a loop', await compiled(document, { maxNodes: 1 }), { sizes: cuts() });
      same('two nodes a loop, restored', await compiled(document, { maxNodes: 2 }), { sizes: cuts(), restoreAt: 2 });
      same('shared, restored', await compiled(document, { maxNodes: 3, share: 1 }), { sizes: cuts(), restoreAt: places() });
      same('watched', await compiled(document, { instrumented: true }), { sizes: cuts(), restoreAt: 3 });
    }),
    { numRuns: GRAPHS, seed: Number(process.env.PROPERTY_SEED ?? 1) },
  );
  expect(splits).toBeGreaterThanOrEqual(GRAPHS * 15);
  expect(rowsOut).toBeGreaterThan(GRAPHS * 100);
  console.log(`${GRAPHS} graphs, ${splits} runs, ${rowsOut} rows`);
});
