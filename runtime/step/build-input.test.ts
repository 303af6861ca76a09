import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ControlEvent, SamplesEntry } from '#runtime/log/contract.ts';
import { buildInput, type InputPlan, type NumberedEntry, startOf, wavesNeeded } from './build-input.ts';
import type { ProgramInfo } from './contract.ts';

const info: ProgramInfo = {
  hash: '',
  graphHash: '',
  instrumented: false,
  nodes: [],
  sources: [
    { node: 't', role: 'temperature', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'Cel' } } } },
    { node: 'w', role: 'vibration', schema: { kind: 'stream', columns: { value: { type: 'wave', unit: 'g' } } } },
    { node: 'f', form: 'setpoint', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } } },
    { node: 's', role: 'state', schema: { kind: 'stream', columns: { value: { type: 'text' } } } },
  ],
  outputs: [],
  capabilities: [],
  blocks: {},
  preconditions: {},
  splittable: false,
  untrusted: false,
};
const plan: InputPlan = {
  shardId: 5,
  instanceId: 'inst',
  key: 'C-101',
  info,
  bindings: [
    { source: 0, tag: 11, key: 'C-101', gain: 5 / 9, offset: (-32 * 5) / 9 },
    { source: 1, tag: 12, key: 'C-101', gain: 1, offset: 0 },
    { source: 3, tag: 13, key: 'C-101', gain: 1, offset: 0 },
  ],
};
const samples = (lane: number, seq: number, at: number, over: Partial<SamplesEntry> = {}): NumberedEntry => ({
  lane,
  seq,
  entry: {
    kind: 'samples',
    at,
    origin: 'measured',
    n: 1,
    tag: Int32Array.of(11),
    time: Float64Array.of(at - 10),
    value: Float64Array.of(212),
    ...over,
  },
});
const control = (seq: number, at: number, event: ControlEvent): NumberedEntry => ({
  lane: 1,
  seq,
  entry: { kind: 'control', at, event },
});

test('a bound tag becomes rows of its source in the unit of the role', () => {
  const { input, after } = buildInput(plan, startOf(info), [samples(2, 1, 1000)]);
  expect(input).toMatchObject({ n: 1, clock: Float64Array.of(1000), words: ['C-101'], answers: [] });
  expect(input.sources).toHaveLength(1);
  expect(input.sources[0]?.columns[0]?.[0]).toBeCloseTo(100, 12); // 212 °F = 100 °C
  expect(input.sources[0]?.time[0]).toBe(990);
  expect(after.clock).toBe(1000);
});

test('lanes are merged by append time, then lane, then number; the clock never goes back', () => {
  const entries = [samples(3, 1, 20), samples(2, 1, 10), samples(2, 2, 30), samples(2, 3, 25), samples(3, 2, 27)];
  const { input } = buildInput(plan, { ...startOf(info), clock: 15 }, entries);
  expect([...(input.sources[0]?.time ?? [])]).toEqual([0, 10, 17, 20, 15]); // at 10, 20, 27, 30, then 25 behind its elder
  expect([...input.clock]).toEqual([15, 20, 27, 30, 30]);
});

test('entries that say nothing to the shard leave no trace, however they are spread over steps', () => {
  const other = samples(4, 1, 500, { tag: Int32Array.of(99) });
  const mine = samples(2, 1, 100);
  const together = buildInput(plan, startOf(info), [other, mine]);
  const first = buildInput(plan, startOf(info), [other]);
  expect(first.input.n).toBe(0);
  expect(buildInput(plan, first.after, [mine]).input).toStrictEqual(together.input);
});

test('forms, answers and ticks are rows of the control lane; those of others are not', () => {
  const form = (instanceId: string): ControlEvent => ({
    type: 'form',
    instanceId,
    form: 'setpoint',
    key: '',
    values: { value: 7.5 },
    by: 'u',
  });
  const answer = {
    type: 'answer',
    shardId: 5,
    step: 3,
    ordinal: 1,
    node: 'write',
    key: 'C-101',
    ok: false,
    reason: 'late',
  } as const;
  const { input, after } = buildInput(plan, startOf(info), [
    control(1, 10, form('other')),
    control(2, 11, form('inst')),
    control(3, 12, answer),
    control(4, 13, { ...answer, shardId: 6 }),
    control(5, 14, { type: 'tick', shardId: 5, due: 13 }),
  ]);
  expect(input.n).toBe(3);
  expect([...input.clock]).toEqual([11, 12, 14]);
  expect(input.sources).toMatchObject([{ source: 2, row: Int32Array.of(0), columns: [Float64Array.of(7.5)] }]);
  expect(input.answers).toEqual([{ row: 1, node: 'write', key: 'C-101', id: '5:3:1', ok: false, reason: 'late' }]);
  expect(after.origins).toEqual([null, null, 'manual', null]);
});

test('waves get their samples, text stays text, a good NaN is missing', () => {
  const entry = samples(2, 1, 10, {
    n: 4,
    tag: Int32Array.of(11, 12, 13, 12),
    time: Float64Array.of(1, 2, 3, 4),
    value: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN),
    other: {
      1: { wave: { t0: 2, rate: 48_000, n: 3, blob: 'here' } },
      2: { text: '运行' },
      3: { wave: { t0: 4, rate: 48_000, n: 3, blob: 'gone' } },
    },
  });
  expect(wavesNeeded(plan, [entry])).toEqual(['here', 'gone']);
  const { input } = buildInput(plan, startOf(info), [entry], new Map([['here', Float32Array.of(1, 2, 3)]]));
  const [t, w, s] = input.sources;
  expect(t?.quality[0]).toEqual(Uint8Array.of(0x80 | 9)); // bad:missing
  expect(w?.columns[0]?.[0]).toMatchObject({ rate: 48_000, values: Float32Array.of(1, 2, 3) });
  expect(w?.columns[0]?.[1]).toMatchObject({ n: 0 });
  expect(w?.quality[0]).toEqual(Uint8Array.of(0, 0x80 | 9));
  expect(s?.columns[0]).toEqual(['运行']);
});

test('a value that does not fit its source gives no row and is told with what came; the others go on', () => {
  const entry = samples(2, 1, 10, {
    n: 5,
    tag: Int32Array.of(11, 11, 11, 12, 13),
    time: Float64Array.of(1, 2, 3, 4, 5),
    value: Float64Array.of(Number.NaN, Number.NaN, 212, 7, 5),
    other: { 0: { text: '12 bar' }, 1: { text: 'Err' } },
  });
  const { input, dead, after } = buildInput(plan, startOf(info), [entry]);
  const [temperature, state] = input.sources;
  expect(input.n).toBe(2);
  expect(temperature).toMatchObject({ n: 1, row: Int32Array.of(0), time: Float64Array.of(3) });
  expect(temperature?.columns[0]?.[0]).toBeCloseTo(100, 12);
  expect(state?.columns[0]).toEqual(['5']); // a number is told as text
  expect(dead.map(({ node, key, message }) => [node, key, message])).toEqual([
    [info.sources[0]?.node, 'C-101', 'SCHEMA number text 2: 12 bar'],
    [info.sources[1]?.node, 'C-101', 'SCHEMA wave number 1: 7'],
  ]);
  expect(after.clock).toBe(10);
  // who says himself that there is no value has sent none
  const bad = samples(2, 2, 11, {
    ...{ n: 1, tag: Int32Array.of(11), time: Float64Array.of(1), value: Float64Array.of(Number.NaN) },
    ...{ quality: Uint8Array.of(0x80 | 6), other: { 0: { text: 'Err' } } },
  });
  expect(buildInput(plan, startOf(info), [bad])).toMatchObject({ dead: [], input: { n: 1 } });
});

test('rows and their order are those of the log, whatever order the entries are handed in', () => {
  const entries = [
    samples(2, 1, 5),
    samples(2, 2, 6),
    samples(3, 1, 5),
    samples(4, 9, 1),
    control(1, 6, { type: 'tick', shardId: 5, due: 1 }),
  ];
  const once = buildInput(plan, startOf(info), entries);
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      expect(buildInput(plan, startOf(info), shuffled).input).toStrictEqual(once.input);
    }),
  );
});
