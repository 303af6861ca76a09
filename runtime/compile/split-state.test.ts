import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { defineBlock, f64, f64s, i32, jsonState, number, z } from '#blocks/sdk/index.ts';
import { testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { keyPart } from '#runtime/step/key-part.ts';
import { createLocalStepper } from './local-stepper.ts';
import { compile, document, row } from './short-graph.testing.ts';
import { splitStates } from './split-state.ts';
import { buildStepInput } from './step-input.ts';

const source = testSource('test/source.value', { value: { type: 'number' } });
/** Keeps everything that a block can keep of a key: numbers, an array, a nested value, random numbers. */
const block = defineBlock({
  id: 'state.keeps',
  version: '1.0.0',
  title: { en: 'x', zh: 'x' },
  summary: { en: 'x', zh: 'x' },
  icon: 'x',
  params: z.object({}),
  stateVersion: 1,
  carry: 'none',
  input: { value: number() },
  output: { value: number(), random: number() },
  state: { sum: f64(), count: i32(), last: f64s(3), seen: jsonState<number[]>([]) },
  each: () => ({ value: 0, random: 0 }),
});
const text = `export default {
  each(row, s, p, ctx) {
    s.sum += row.value; s.last[s.count % 3] = row.value; s.count++; s.seen = [...s.seen.slice(-4), row.value];
    return { value: s.sum + 7 * s.last[0] + 11 * s.last[1] + 13 * s.last[2] + s.seen.reduce((a, b) => a * 0.5 + b, 0), random: ctx.random() };
  },
};`;
const catalogue = testCatalogue([
  source,
  { manifest: manifestOf(block), params: block.params, source: { text, bundled: false } },
]);
const programOf = (nodes: number) => {
  const names = Array.from({ length: nodes }, (_, i) => `b${i}`);
  return compile(
    document(
      { s: ['test/source.value'], ...Object.fromEntries(names.map((name) => [name, ['state.keeps']])) },
      names.map((name, i) => `${i === 0 ? 's' : names[i - 1]}.out>${name}.in`),
      [`out=${names.at(-1)}.out`],
    ),
    catalogue,
  );
};
const KEYS = Array.from({ length: 40 }, (_, i) => `M-${i}`);
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    row((from + i) * 10, ((from + i) * 31) % 97, { key: KEYS[((from + i) * 7) % 40] ?? '' }),
  );

test('a state that is split, put together and split otherwise goes on as if nothing had been, to the bit', async () => {
  const program = await programOf(2);
  expect(program.info.splittable).toBe(true);
  const input = (from: number, to: number) => buildStepInput(program.info, rows(from, to));
  const whole = createLocalStepper(program, { seed: 3 });
  whole.stepNow(input(0, 200));
  const three = splitStates([whole.saveNow()], 3, (key) => keyPart(key, 3));
  const two = splitStates(three, 2, (key) => keyPart(key, 2));
  const after = whole.stepNow(input(200, 400)).outputs[0];
  const valuesOf = (of: typeof after, keys: readonly string[]) =>
    keys.map((key) =>
      Array.from(of?.key ?? []).flatMap((one, i) => (one === key ? [of?.columns.map((column) => column[i])] : [])),
    );
  for (const [parts, states] of [
    [3, three],
    [2, two],
    [1, splitStates(two, 1, () => 0)],
  ] as const)
    for (const [part, state] of states.entries()) {
      const mine = KEYS.filter((key) => keyPart(key, parts) === part);
      const stepper = createLocalStepper(program, { seed: 3 });
      stepper.loadNow(state);
      const own = buildStepInput(
        program.info,
        rows(200, 400).filter((one) => mine.includes(one.key ?? '')),
      );
      const given = stepper.stepNow(own).outputs[0];
      expect(valuesOf(given, mine)).toEqual(valuesOf(after, mine));
      expect(given?.n).toBe(Array.from(after?.key ?? []).filter((key) => mine.includes(key)).length);
    }
});

test('states of different programs are not put together', async () => {
  const saved: Uint8Array[] = [];
  for (const nodes of [1, 2]) saved.push(createLocalStepper(await programOf(nodes), { seed: 1 }).saveNow());
  expect(() => splitStates(saved, 2, () => 0)).toThrow('different programs');
});
