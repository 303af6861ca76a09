import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { type OutRow, runRows, testSource } from '#blocks/sdk/testing.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { compileGraph } from './compile.ts';
import { generator } from './random-numbers.testing.ts';
import type { InputRow } from './step-input.ts';

/**
 * What event time means: rows that arrive late, but within the bound that a block waits for, change nothing. Sums are taken in another order, so
 * the last digits may differ. Moving windows answer at once and are left out: they never take back what they said.
 */
const LATENESS = 2;
const KINDS: Readonly<Record<string, { readonly ports: readonly string[]; readonly params: Record<string, unknown> }>> = {
  'series.window': { ports: ['in'], params: { seconds: 3, lateness: LATENESS, idle: 1e6 } },
  'series.session': { ports: ['in'], params: { gap: 1.5, lateness: LATENESS, idle: 1e6 } },
  'series.collect': { ports: ['in'], params: { seconds: 3, lateness: LATENESS, idle: 1e6 } },
  'series.align': { ports: ['a', 'b', 'c'], params: { tolerance: 0.4, lateness: LATENESS } },
};
const T0 = Date.UTC(2026, 0, 1);

async function programOf(id: string) {
  const product = loadCatalogue();
  const { ports, params } = KINDS[id] ?? { ports: [], params: {} };
  const sources = new Map(
    ports.map((port) => [`test/source.${port}`, testSource(`test/source.${port}`, { value: { type: 'number' } })]),
  );
  const catalogue: ProgramCatalogue = {
    ...product,
    block: (block, version) => sources.get(block) ?? product.block(block, version),
    versions: (block) => (sources.has(block) ? ['1.0.0'] : product.versions(block)),
  };
  const version = product.versions(`millwright/${id}`)[0] ?? '';
  const document: GraphDocumentInput = {
    format: 1,
    nodes: [
      ...ports.map((port) => ({ id: `from_${port}`, block: `test/source.${port}`, version: '1.0.0' })),
      { id: 'block', block: `millwright/${id}`, version, params },
    ],
    wires: ports.map((port) => ({ from: { node: `from_${port}`, port: 'out' }, to: { node: 'block', port } })),
    outputs: [{ name: 'out', from: { node: 'block', port: 'out' } }],
  };
  const compiled = await compileGraph(document, { catalogue });
  if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
  return compiled.program;
}

/** A value, or the values of a frame's column. */
const numbers = (value: unknown): number[] =>
  typeof value === 'object' ? Array.from(value as ArrayLike<number>) : [Number(value)];

const inTime = (rows: readonly OutRow[] = []) =>
  [...rows].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.time - b.time));

test.each(Object.keys(KINDS))('%s: late within the bound changes nothing', async (id) => {
  const program = await programOf(id);
  const ports = program.info.sources.length;
  let [displaced, given] = [0, 0];
  await fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = generator(seed);
      // own event times for every row, so that no answer hangs on which of two came first
      let time = T0;
      const rows = Array.from({ length: 150 }, (): InputRow & { time: number } => {
        time += 1 + Math.floor(random() * (random() < 0.05 ? 4000 : 400)) + random() / 2;
        return {
          time,
          clock: time,
          key: random() < 0.5 ? 'a' : 'b',
          source: Math.floor(random() * ports),
          values: { value: random() * 40 },
        };
      });
      const end = ['a', 'b'].flatMap((key) =>
        Array.from({ length: ports }, (_, source) => ({
          time: time + 1e5,
          clock: time + 1e5,
          key,
          source,
          values: { value: 0 },
        })),
      );
      const late = rows
        .map((row) => ({ ...row, clock: row.time + random() * LATENESS * 1000 }))
        .sort((x, y) => x.clock - y.clock);
      displaced += late.filter((row, i) => row.time !== rows[i]?.time).length;
      const want = runRows(program, [...rows, ...end]);
      const got = runRows(program, [...late, ...end], { sizes: [7] });
      expect(got.late).toEqual({});
      const [a, b] = [inTime(want.outputs.out), inTime(got.outputs.out)];
      given += a.length;
      expect(b.map((row) => [row.time, row.key, row.quality])).toEqual(a.map((row) => [row.time, row.key, row.quality]));
      for (const [i, row] of a.entries())
        for (const [name, value] of Object.entries(row.values)) {
          const [want, got] = [numbers(value), numbers(b[i]?.values[name])];
          expect(got.length).toBe(want.length);
          expect(
            want.every((x, j) => Object.is(x, got[j]) || Math.abs((got[j] ?? Number.NaN) - x) <= 1e-9 * (1 + Math.abs(x))),
          ).toBe(true);
        }
    }),
    { numRuns: 15, seed: 1 },
  );
  expect(displaced).toBeGreaterThan(1000);
  expect(given).toBeGreaterThan(100);
});
