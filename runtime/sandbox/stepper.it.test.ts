import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { defineBlock, number, z } from '#blocks/sdk/index.ts';
import { testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { buildStepInput } from '#runtime/compile/step-input.ts';
import type { Program, StepInput } from '#runtime/step/contract.ts';
import { hostileProgram, NO_ROWS } from './attacks/hostile.ts';
import { createStepper } from './stepper.ts';

/** Sums what it gets; hand-written in the form that the compiler gives. */
const summing: Program = {
  ...hostileProgram(''),
  text: `function ({ seed }) {
  let sum = 0, seen = new Map();
  return {
    step(input) {
      const rows = input.sources[0];
      for (let i = 0; i < rows.n; i++) { sum += rows.columns[0][i]; seen.set(input.words[rows.key[i]], rows.time[i]); }
      return { outputs: [{ output: 0, n: 1, row: Int32Array.of(0), time: Float64Array.of(rows.time[0]), key: [input.words[0]],
        columns: [Float64Array.of(sum)], quality: [undefined] }], effects: [], alarms: [], dead: [], late: {}, wakeAt: sum > 10 ? null : 5 };
    },
    save() { return { sum, seen, seed, mark: -0 }; },
    load(s) { sum = s.sum; seen = s.seen; if (!Object.is(s.mark, -0)) throw new Error('minus zero lost'); },
  };
}`,
};
const input = (values: number[]): StepInput => ({
  n: values.length,
  clock: new Float64Array(values.length),
  words: ['甲'],
  sources: [
    {
      source: 0,
      n: values.length,
      row: Int32Array.from(values.keys()),
      time: Float64Array.from(values),
      key: new Int32Array(values.length),
      columns: [Float64Array.from(values)],
      quality: [undefined],
    },
  ],
  answers: [],
});

test('a program steps, its state goes on in another isolate', async () => {
  const a = await createStepper(summing, { seed: 7 });
  const first = await a.step(input([1, 2, 3]));
  expect(first.outputs[0]?.columns[0]).toEqual(Float64Array.of(6));
  expect(first.outputs[0]?.key).toEqual(['甲']);
  expect(first.wakeAt).toBe(5);
  const { state } = await a.stepAndSave(input([4]));
  expect(Buffer.from(state).equals(Buffer.from(await a.save()))).toBe(true);
  const b = await createStepper(summing, { seed: 7 });
  await b.load(state);
  expect((await b.step(input([5]))).outputs[0]?.columns[0]).toEqual(Float64Array.of(15));
  expect(a.memory()).toBeGreaterThan(100_000);
  a.dispose();
  b.dispose();
  await expect(a.step(NO_ROWS)).rejects.toMatchObject({ code: 'DISPOSED' });
});

test('where nodes alike share their text, a traced run names the one that never ends', async () => {
  const all = Array.from({ length: 5 }, (_, i) => i);
  const block = (id: string) => {
    const source = 'export default { each(row, _s, p) { while (row.value > p.most) {} return { value: row.value }; } };';
    const made = defineBlock({
      ...{ id, version: '1.0.0', title: { en: 'x', zh: 'x' }, summary: { en: 'x', zh: 'x' }, icon: 'x' },
      ...{ params: z.object({ most: z.number() }), input: { value: number() }, output: { value: number() } },
      each(row, _s, p) {
        while (row.value > p.most) {}
        return { value: row.value };
      },
    });
    return { manifest: manifestOf(made), params: made.params, source: { text: source, bundled: false } };
  };
  const catalogue = testCatalogue([testSource('test/source.value', { value: { type: 'number' } }), block('test.endless')]);
  const made = await compileGraph(
    {
      format: 1,
      nodes: all.flatMap((i) => [
        { id: `s${i}`, block: 'test/source.value', version: '1.0.0' },
        { id: `n${i}`, block: 'millwright/test.endless', version: '1.0.0', params: { most: 10 * i } },
      ]),
      wires: all.map((i) => ({ from: { node: `s${i}`, port: 'out' }, to: { node: `n${i}`, port: 'in' } })),
    },
    { catalogue },
  );
  if (!made.ok) throw new Error(made.problems[0]?.message.en);
  expect(made.program.text).toContain('$same0');
  const stepper = await createStepper(made.program, { timeoutMs: 300, trace: true });
  const rows = buildStepInput(
    made.program.info,
    [3, 2].map((source, i) => ({ source, time: i, clock: i, key: 'k', values: { value: 25 } })),
  );
  // 25 is more than n2 may have, and not more than n3 may
  await expect(stepper.step(rows)).rejects.toMatchObject({
    code: 'TIMEOUT',
    node: 'n2',
    block: 'millwright/test.endless',
    line: 1,
  });
  stepper.dispose();
});

test('steps taken again in one crossing leave the state and the timer that they left one by one', async () => {
  const [a, b] = await Promise.all([createStepper(summing, { seed: 7 }), createStepper(summing, { seed: 7 })]);
  const steps = [[1, 2], [3], [1]].map(input);
  let wakeAt: number | null = null;
  for (const one of steps) wakeAt = (await a.step(one)).wakeAt;
  expect(await b.again(steps)).toBe(wakeAt);
  expect(Buffer.from(await b.save()).equals(Buffer.from(await a.save()))).toBe(true);
  expect(await b.again([input([4])])).toBeNull();
  a.dispose();
  b.dispose();
});

test('an error is told with the node, its block and the line of its own source', async () => {
  const stepper = await createStepper(hostileProgram('let x = 1;\nlet y;\ny.deep = x;'));
  await expect(stepper.step(NO_ROWS)).rejects.toMatchObject({ code: 'THREW', node: 'bad', block: 'acme/test.hostile', line: 12 });
  stepper.dispose();
});

test('a traced run names the line of a loop and of an out-of-memory, and gives the same results', async () => {
  for (const [body, code, line] of [
    ['let x = 1;\nx++;\nfor (;;) {\nx++; }', 'TIMEOUT', 13],
    ['const a = [];\nif (a) {\n  for (;;) a.push({ a, b: [1] });\n}', 'MEMORY', 12],
  ] as const) {
    const stepper = await createStepper(hostileProgram(body), { timeoutMs: 3_000, trace: true, memoryMb: 16 });
    await expect(stepper.step(NO_ROWS)).rejects.toMatchObject({ code, node: 'bad', line });
    stepper.dispose();
  }
  const traced = await createStepper(summing, { trace: true });
  expect((await traced.step(input([1, 2]))).outputs[0]?.columns[0]).toEqual(Float64Array.of(3));
  traced.dispose();
});

test('a text that is no program is refused', async () => {
  await expect(createStepper({ ...summing, text: 'function (' })).rejects.toMatchObject({ code: 'BAD_PROGRAM' });
  await expect(createStepper({ ...summing, text: '({})' })).rejects.toMatchObject({ code: 'BAD_PROGRAM' });
  await expect(createStepper({ ...summing, text: '() => ({ step() {} })' })).rejects.toMatchObject({ code: 'BAD_PROGRAM' });
});

test('saved state of another format is refused', async () => {
  const stepper = await createStepper(summing);
  await expect(stepper.load(Uint8Array.of(9, 0))).rejects.toMatchObject({ message: /format 9/ });
  stepper.dispose();
});

test('frozen intrinsics let ordinary code be written', async () => {
  const body = `class Odd extends Error { constructor() { super('odd'); this.name = 'Odd'; this.toString = () => 'x'; } }
const o = {}; o.toString = () => 'mine'; o.constructor = 1;
const m = new Map([[1, 2]]); m.set(3, 4); [3, 1, 2].sort().map((x) => x + 1);
throw new Odd();`;
  const stepper = await createStepper(hostileProgram(body, true));
  await expect(stepper.step(NO_ROWS)).rejects.toMatchObject({ message: 'Odd: odd' });
  stepper.dispose();
});

test('a state that grows too large is refused in the name of the block that has most of it', async () => {
  const text = `() => ({ step() { return { outputs: [], effects: [], alarms: [], dead: [], late: {}, wakeAt: null }; }, load() {},
    save() { return { layout: { A: [['bad', 'ring']], J: [['bad', 'few', true], ['loud', 'buffer', true]] }, A: [new Float64Array(100)], J: [['x'], ['y'.repeat(3e6)]] }; } })`;
  const stepper = await createStepper({ ...hostileProgram(''), text }, { stateBytes: 1 << 20 });
  const refused = { code: 'OUTPUT_LIMIT', message: 'the state may take at most 1 MB', node: 'loud', block: 'acme/test.loud' };
  await expect(stepper.stepAndSave(NO_ROWS)).rejects.toMatchObject(refused);
  await expect(stepper.save()).rejects.toMatchObject(refused);
  stepper.dispose();
});

test('steps that are asked for at once go one after the other; steps of very different sizes keep their rows', async () => {
  const stepper = await createStepper(summing);
  const sums = await Promise.all([[1], [2, 3], Array(300_000).fill(1), [4]].map((values) => stepper.step(input(values))));
  expect(sums.map((r) => r.outputs[0]?.columns[0]?.[0])).toEqual([1, 6, 300_006, 300_010]);
  expect(sums.map((r) => r.outputs[0]?.key)).toEqual(Array(4).fill(['甲']));
  stepper.dispose();
});
