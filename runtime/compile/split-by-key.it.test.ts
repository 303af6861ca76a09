import { expect, test } from 'vitest';
import { type RunResult, runRows } from '#blocks/sdk/testing.ts';
import { compileGraph } from './compile.ts';
import { everyBlock, randomGraph, randomRows } from './random-graphs.testing.ts';
import { generator } from './random-numbers.testing.ts';

const GRAPHS = 240;

/** What a run gives of one key, in order. */
function ofKey(run: RunResult, key: string): string {
  const mine = <T extends { readonly key: string }>(list: readonly T[]) => list.filter((one) => one.key === key);
  const outputs = Object.entries(run.outputs).map(([name, rows]) => [name, mine(rows)]);
  return JSON.stringify([
    outputs,
    mine(run.alarms).map((one) => ({ ...one, line: 0 })),
    mine(run.effects).map(({ node, request }) => [node, request]),
  ]);
}

test('what the compiler calls splittable gives each key the same when the other keys are elsewhere, to the bit', async () => {
  const catalogue = await everyBlock();
  let proved = 0;
  let compared = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const random = generator(seed);
    const made = await compileGraph(randomGraph(random, 2 + (seed % 6)), { catalogue });
    if (!made.ok || !made.program.info.splittable) continue;
    const { program } = made;
    proved++;
    const rows = randomRows(random, 200, []);
    const keys = [...new Set(rows.flatMap((row) => row.key ?? []))];
    const whole = runRows(program, rows, { seed });
    for (const key of keys) {
      // time goes on for it as it does for all
      const alone = rows.map((row) => (row.source === undefined || row.key === key ? row : { clock: row.clock }));
      const split = ofKey(runRows(program, alone, { seed }), key);
      if (split !== ofKey(whole, key))
        throw new Error(`seed ${seed}, key ${key}: ${split.slice(0, 400)} is not ${ofKey(whole, key).slice(0, 400)}`);
      compared++;
    }
  }
  expect(proved).toBeGreaterThan(3);
  expect(compared).toBeGreaterThan(2 * proved - 1);
}, 120_000);
