import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type BlockCase, falsified, readCases } from './case-format.testing.ts';
import { differences } from './compare.testing.ts';
import { lackingCases, lackingWords } from './requirements.testing.ts';
import { exactly, type LoadedBlock, loadBlock, prepare, runRows } from './run-case.testing.ts';

export type { BlockCase, CaseRow, Falsifier } from './case-format.testing.ts';
export { testCatalogue, testSource } from './catalogue.testing.ts';
export { exactly, type LoadedBlock, loadBlock, type OutRow, type RunResult, runBlock, runRows } from './run-case.testing.ts';

/**
 * Cases are JSON files that a process engineer can write; `testBlock(import.meta.url)` in `block.test.ts` runs them, their falsifiers, and
 * the checks that every block passes.
 */
export function testBlock(url: string | URL, extra: readonly BlockCase[] = []): void {
  const folder = dirname(fileURLToPath(url));
  const cases: BlockCase[] = [...readCases(folder), ...extra];
  // a block is bundled once and a case compiled once, however often it is run
  let block: Promise<LoadedBlock> | undefined;
  const loaded = () => (block ??= loadBlock(url));
  const programs = new Map<BlockCase, ReturnType<typeof prepare>>();
  const prepared = (test: BlockCase) => {
    const made = programs.get(test) ?? loaded().then((one) => prepare(one, test));
    programs.set(test, made);
    return made;
  };
  describe(folder.split('/').slice(-2).join('.'), () => {
    it('is described in both languages, has values from outside and can be refuted', async () => {
      const { manifest } = await loaded();
      expect([...lackingWords(folder, manifest), ...lackingCases(manifest, cases)]).toEqual([]);
    });
    it.each(cases.map((c) => [c.title, c] as const))('%s', async (_title, test) => {
      const { program, rows, seed } = await prepared(test);
      expect(differences(runRows(program, rows, { seed }), test)).toEqual([]);
    });
    const refuted = cases.filter((c) => c.falsifier);
    if (refuted.length > 0)
      it.each(refuted.map((c) => [c.falsifier?.why ?? c.title, c] as const))('fails when disturbed: %s', async (_title, test) => {
        const { program, rows, seed } = await prepare(await loaded(), falsified(test));
        expect(
          differences(runRows(program, rows, { seed }), test),
          'the disturbed case gives what is expected, so it proves nothing: change a parameter or row that matters',
        ).not.toEqual([]);
      });
    describe.each(cases.map((c) => [c.title, c] as const))('%s: however it is run', (_title, test) => {
      it('gives the same when run again, cut anywhere, restored anywhere, and watched', async () => {
        const { program, instrumented, rows, seed } = await prepared(test);
        const want = exactly(runRows(program, rows, { seed }));
        expect(exactly(runRows(program, rows, { seed })), 'again').toBe(want);
        expect(exactly(runRows(program, rows, { seed, sizes: [1] })), 'row by row').toBe(want);
        expect(exactly(runRows(instrumented, rows, { seed, sizes: [3, 1, 4, 1, 5, 2] })), 'watched').toBe(want);
        const cuts = Math.min(rows.length - 1, 40);
        for (let c = 1; c <= cuts; c++) {
          const first = Math.max(1, Math.round((c * rows.length) / (cuts + 1)));
          expect(exactly(runRows(program, rows, { seed, sizes: [first, 7], restoreAt: 1 })), `restored after ${first} rows`).toBe(
            want,
          );
        }
      });
      it('never makes good values of bad ones', async () => {
        const { delays } = (await loaded()).manifest;
        const { program, rows, seed } = await prepared(test);
        // an answer is no value made of the rows, and neither is the first value of a delay
        const bad = rows
          .filter((r) => !r.answer)
          .map((r) => (r.values ? { ...r, quality: Object.fromEntries(Object.keys(r.values).map((c) => [c, 128])) } : r));
        const begun = new Set<string>();
        const result = runRows(program, bad, { seed });
        for (const [port, list] of Object.entries(result.outputs))
          for (const r of list) {
            if (delays && !begun.has(r.key)) {
              begun.add(r.key);
              continue;
            }
            for (const [c, q] of Object.entries(r.quality)) expect(q, `${port}.${c} at ${r.time}`).toBeGreaterThanOrEqual(128);
          }
      });
    });
  });
}
