import { beforeAll, expect, test } from 'vitest';
import { exactly, runRows } from '#blocks/sdk/testing.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import type { Program } from '#runtime/step/contract.ts';
import { compileGraph } from './compile.ts';
import { everyBlock, otherTicks, randomGraph, randomRows } from './random-graphs.testing.ts';
import { generator } from './random-numbers.testing.ts';
import type { InputRow } from './step-input.ts';

/**
 * Would the property test find a fault? Faults as a change of the compiler could bring them are put into programs on purpose; cut, restored from saved
 * bytes, or with other ticks, some random graph must then give something else. (A block cannot bring such a fault: it never sees where a step begins, and state outside of
 * `s` is refused, `reject.test.ts`.)
 */
const FAULTS: Readonly<Record<string, (text: string) => string>> = {
  'random numbers go by number of the key': (text) => text.replaceAll(/(\$seedOf\(-?\d+, )name\)/g, '$1String($k))'),
  'what stood before a cycle is kept for the next step': (text) => text.replaceAll(/\$before\d+\.length = 0;/g, ''),
  'numbers are not restored': (text) => text.replace('if (all) { $F.set(s.F);', 'if (all) {'),
  'counters and flags are not restored': (text) => text.replace('$I.set(s.I); $GF', '$GF'),
  'rings are not restored': (text) => text.replace('if (all) $A[at].set(s.A[i]);', 'if (all);'),
  'lists are not restored': (text) => text.replace('mine[k] = s.J[i][k];', ';'),
  'timers are not restored': (text) => text.replaceAll(/\$T\d+\.rebuild\(\);/g, ''),
  'timers of one moment go off by number of the key': (text) => text.replace('$keys[a] < $keys[b]', 'a < b'),
  'a timer goes off when an entry shows that it is due': (text) =>
    text.replaceAll('$firing = $over ? $last : $due', '$firing = $over ? $last : $clock[$row]'),
  'what a timer gives stands with the entry after it': (text) =>
    text.replaceAll(/\.at\[\$j\] = \$pos\[0\]/g, '.at[$j] = Infinity'),
  'the row that set a timer is forgotten': (text) => text.replaceAll(/ \$T\d+\.at = (\$at|Infinity);/g, ''),
  'the last row of a step is taken for one of the next': (text) => text.replace('$wakes[i].row = -1;', ''),
  'timers on a loop go off when a row comes': (text) => text.replaceAll(/if \(!\(till <= \$clock\[r\]\)\) break;/g, 'break;'),
  'the last key is not saved': (text) => text.replace('keys: $keys.slice()', 'keys: $keys.slice(0, -1)'),
  'a shared function takes the numbers of its neighbour': (text) =>
    text.replaceAll(/(\$same\d+_\[i)(\], \$N)/g, '$1 > 0 && $N > 2 ? i - 1 : i$2'),
};
const MOST_GRAPHS = 12;
let catalogue: ProgramCatalogue;
beforeAll(async () => {
  catalogue = await everyBlock();
});

interface Made {
  readonly program: Program;
  readonly rows: readonly InputRow[];
  readonly ticked: readonly InputRow[];
}
const graphs = new Map<number, Made>();
/** One random graph a seed, with rows, and with the same rows among other ticks. */
async function graphOf(seed: number): Promise<Made> {
  const known = graphs.get(seed);
  if (known) return known;
  const random = generator(seed);
  const document = randomGraph(random, 12);
  const asking = document.nodes.filter((n) => n.block.endsWith('.ask')).map((n) => n.id);
  const rows = randomRows(random, 120, asking);
  const made = await compileGraph(document, { catalogue, maxNodes: 2, share: 2 });
  if (!made.ok) throw new Error(made.problems[0]?.message.en);
  const graph = { program: made.program, rows, ticked: otherTicks(rows, random) };
  graphs.set(seed, graph);
  return graph;
}

/** The seed of the first random graph that shows the fault. */
async function foundBy(fault: (text: string) => string): Promise<number | undefined> {
  for (let seed = 1; seed <= MOST_GRAPHS; seed++) {
    const { program, rows, ticked } = await graphOf(seed);
    const text = fault(program.text);
    if (text === program.text) continue;
    const faulty: Program = { ...program, text };
    try {
      const want = exactly(runRows(faulty, rows, { seed }));
      for (const options of [{ sizes: [1] }, { sizes: [7, 13, 2] }, { sizes: [5], restoreAt: [2, 9, 15] }])
        if (exactly(runRows(faulty, rows, { seed, ...options })) !== want) return seed;
      if (exactly(runRows(faulty, ticked, { seed })) !== want) return seed;
    } catch {
      return seed; // it fell over, which nobody overlooks
    }
  }
  return undefined;
}

test.each(Object.keys(FAULTS))('found: %s', { timeout: 60_000 }, async (name) => {
  expect(await foundBy(FAULTS[name] as (text: string) => string)).toBeDefined();
});
