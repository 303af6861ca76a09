import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactly, type RunResult, runRows } from '#blocks/sdk/testing.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import type { ProbeValue, Program } from '#runtime/step/contract.ts';
import { type CatalogueGraph, GraphMaker } from './catalogue-graphs.testing.ts';
import { buildProgram, checkApp } from './compile.ts';
import { createLocalStepper } from './local-stepper.ts';
import { otherTicks } from './random-graphs.testing.ts';
import { generator } from './random-numbers.testing.ts';
import { buildStepInput, type InputRow } from './step-input.ts';

/**
 * As `property.it.test.ts`, over graphs of all blocks of the catalogue that compute by themselves: however the stream is cut, wherever the state goes
 * through bytes, however keys are mingled: the same.
 */
const GRAPHS = Number(process.env.PROPERTY_GRAPHS ?? 24);

async function compiled(
  graph: CatalogueGraph,
  options: { maxNodes?: number; instrumented?: boolean; share?: number } = {},
): Promise<Program> {
  const document = graphDocument.parse(graph.document);
  const made = await buildProgram(document, checkApp(document, graph.catalogue), { catalogue: graph.catalogue, ...options });
  if (!made.ok) throw new Error(made.problems.map((p) => `${p.code}: ${p.message.en}`).join('\n'));
  return made.program;
}

/** Rows by the program's own order of sources. */
const ordered = (graph: CatalogueGraph, program: Program, rows: readonly InputRow[]): InputRow[] =>
  rows.map((row) =>
    row.source === undefined
      ? row
      : { ...row, source: program.info.sources.findIndex((s) => s.node === graph.sources[row.source ?? -1]) },
  );

/** Rows of one time in another order of keys; those of a key stay in theirs. */
function mingled(rows: readonly InputRow[], random: () => number): InputRow[] {
  const out: InputRow[] = [];
  for (let i = 0; i < rows.length; ) {
    let end = i + 1;
    while (end < rows.length && rows[end]?.clock === rows[i]?.clock) end++;
    const rank = new Map<string, number>();
    const rankOf = (key = '') => {
      if (!rank.has(key)) rank.set(key, random());
      return rank.get(key) ?? 0;
    };
    out.push(...rows.slice(i, end).sort((a, b) => rankOf(a.key) - rankOf(b.key)));
    i = end;
  }
  return out;
}
const byKey = <T extends { readonly key: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
const perKey = (result: RunResult): RunResult => ({
  ...result,
  outputs: Object.fromEntries(Object.entries(result.outputs).map(([name, rows]) => [name, byKey(rows)])),
  effects: byKey(result.effects),
  alarms: byKey(result.alarms),
  dead: byKey(result.dead),
});

/** Counts of nodes against the rows that a watched program saw on their wires. */
function countsOfWires(document: GraphDocumentInput, program: Program, rows: readonly InputRow[]): Record<string, number> {
  const stepper = createLocalStepper(program, { seed: 1 });
  const seen = new Map<string, ProbeValue>();
  for (let i = 0; i < rows.length; i += 50)
    for (const p of stepper.stepNow(buildStepInput(program.info, rows.slice(i, i + 50))).probes ?? [])
      seen.set(`${p.node} ${p.port} ${p.key}`, p);
  const over = (node: string, port: string) =>
    [...seen.values()].reduce((n, p) => (p.node === node && p.port === port ? n + p.count : n), 0);
  return Object.fromEntries(
    document.nodes
      .map(({ id }) => [id, (document.wires ?? []).filter((w) => w.to.node === id)] as const)
      .filter(([, into]) => into.length > 0)
      .map(([id, into]) => [id, into.reduce((n, w) => n + over(w.from.node, w.from.port), 0)]),
  );
}

function difference(graph: CatalogueGraph, want: RunResult, got: RunResult): string {
  for (const { name, from } of graph.document.outputs ?? []) {
    const [a = [], b = []] = [want.outputs[name], got.outputs[name]];
    const at = a.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(b[i]));
    if (at >= 0 || a.length !== b.length)
      return `${from.node}.${from.port} row ${at}: ${JSON.stringify(a[at])} and ${JSON.stringify(b[at])}; ${a.length} and ${b.length} rows`;
  }
  for (const part of ['effects', 'alarms', 'dead', 'late', 'counts'] as const)
    if (JSON.stringify(want[part]) !== JSON.stringify(got[part]))
      return `${part}: ${JSON.stringify(want[part])} and ${JSON.stringify(got[part])}`;
  return 'nothing that is shown';
}

test(`${GRAPHS} random graphs of the catalogue's blocks: the same to the bit`, { timeout: 1_800_000 }, async () => {
  const maker = new GraphMaker();
  const all = maker.blocks.map((b) => b.manifest.id);
  const used = new Set<string>();
  let turn = 0;
  let [runs, rowsOut] = [0, 0];
  const each = Math.ceil(all.length / GRAPHS) + 1;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 4, max: 9 }), async (seed, size) => {
      const random = generator(seed);
      const wanted = Array.from({ length: each }, (_, i) => all[(turn + i) % all.length] ?? '');
      turn += each;
      const graph = maker.make(random, size, wanted);
      for (const id of graph.used) used.add(id);
      const program = await compiled(graph);
      const rows = ordered(graph, program, graph.rows);
      const whole = runRows(program, rows, { seed });
      rowsOut += Object.values(whole.outputs).reduce((n, list) => n + list.length, 0);
      const same = (name: string, got: RunResult, want = whole) => {
        runs++;
        if (exactly(got) !== exactly(want))
          throw new Error(`${name} differs for seed ${seed}, size ${size}, ${graph.used}: ${difference(graph, want, got)}`);
      };
      const cuts = () => Array.from({ length: 40 }, () => 1 + Math.floor(random() * 30));
      const places = () => Array.from({ length: 3 }, () => Math.floor(random() * 12));
      same('row by row', runRows(program, rows, { seed, sizes: [1] }));
      same('cut', runRows(program, rows, { seed, sizes: cuts() }));
      for (let i = 0; i < 2; i++) same('restored', runRows(program, rows, { seed, sizes: cuts(), restoreAt: places() }));
      const short = await compiled(graph, { maxNodes: 1 });
      same('one node a loop, restored', runRows(short, rows, { seed, sizes: cuts(), restoreAt: places() }));
      const shared = await compiled(graph, { share: 1 });
      same('shared, restored', runRows(shared, rows, { seed, sizes: cuts(), restoreAt: places() }));
      const watched = await compiled(graph, { instrumented: true });
      same('watched, restored', runRows(watched, rows, { seed, sizes: cuts(), restoreAt: places() }));
      same('other ticks', runRows(program, otherTicks(rows, random), { seed, sizes: cuts() }));
      if (graph.keyed) same('keys mingled', perKey(runRows(program, mingled(rows, random), { seed })), perKey(whole));
      const counted = Object.fromEntries(Object.entries(whole.counts).map(([id, [n]]) => [id, n]));
      expect(counted).toMatchObject(countsOfWires(graph.document, watched, rows));
    }),
    // the suite tries the same ones every time; `npm run proof -- graphs` goes on to others
    { numRuns: GRAPHS, seed: Number(process.env.PROPERTY_SEED ?? 1) },
  );
  expect(all.filter((id) => !used.has(id))).toEqual([]);
  expect(rowsOut).toBeGreaterThan(GRAPHS * 100);
  console.log(`${GRAPHS} graphs of ${used.size} blocks, ${runs} runs, ${rowsOut} rows`);
});
