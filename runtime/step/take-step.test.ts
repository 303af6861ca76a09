import { expect, test } from 'vitest';
import type { Origin } from '#runtime/batch/schema.ts';
import { type InputPlan, type NumberedEntry, startOf } from './build-input.ts';
import type { ProgramInfo, StepInput, StepResult } from './contract.ts';
import { type Committer, follow, type StepCommit, takeStep } from './take-step.ts';

const column = { kind: 'stream', columns: { value: { type: 'number' } } } as const;
const info: ProgramInfo = {
  hash: '',
  graphHash: '',
  instrumented: false,
  nodes: [],
  sources: [
    { node: 'a', role: 'a', schema: column },
    { node: 'b', role: 'b', schema: column },
  ],
  outputs: [
    { name: 'both', node: 'x', port: 'out', schema: column, sources: [0, 1] },
    { name: 'first', node: 'y', port: 'out', schema: column, sources: [0] },
  ],
  capabilities: [],
  blocks: {},
  preconditions: {},
  splittable: false,
  untrusted: false,
};
const plan: InputPlan = {
  shardId: 1,
  instanceId: 'i',
  key: 'k',
  info,
  bindings: [
    { source: 0, tag: 1, key: 'k', gain: 1, offset: 0 },
    { source: 1, tag: 2, key: 'k', gain: 1, offset: 0 },
  ],
};
const entry = (seq: number, tag: number, origin: Origin): NumberedEntry => ({
  lane: 1,
  seq,
  entry: {
    kind: 'samples',
    at: seq,
    origin,
    n: 1,
    tag: Int32Array.of(tag),
    time: Float64Array.of(seq),
    value: Float64Array.of(seq),
  },
});
/** Gives every row of the step out of both outputs. */
const echo = async (input: StepInput): Promise<StepResult> => {
  const rows = {
    n: input.n,
    row: Int32Array.from({ length: input.n }, (_, i) => i),
    time: input.clock.slice(),
    key: Array(input.n).fill('k'),
  };
  const columns = { columns: [input.clock.slice()], quality: [undefined] };
  return {
    outputs: [
      { output: 0, ...rows, ...columns },
      { output: 1, ...rows, ...columns },
    ],
    effects: [{ node: 'x', key: 'k', row: 0, time: 1, kind: 'notify.send', request: {} }],
    alarms: [],
    dead: [],
    late: {},
    wakeAt: 99,
  };
};
const parts = (commit: StepCommit) => commit.outputs.outputs.map((o) => [o.name, o.origin, [...o.time]]);

test('outputs are parted where the least real of their sources changes', async () => {
  const entries = [
    entry(1, 1, 'measured'),
    entry(2, 2, 'measured'),
    entry(3, 2, 'simulated'),
    entry(4, 1, 'measured'),
    entry(5, 2, 'measured'),
  ];
  const commit = await takeStep({ plan, carried: startOf(info), read: { entries, upto: [5] }, step: 1, at: 0, run: echo });
  expect(parts(commit)).toEqual([
    ['both', 'derived', [1, 2]],
    ['both', 'simulated', [3, 4]],
    ['both', 'derived', [5]],
    ['first', 'derived', [1, 2, 3, 4, 5]],
  ]);
  expect(commit.effects).toMatchObject([{ ordinal: 0 }]);
});

test('the parts of two steps are those of one', async () => {
  const entries = [entry(1, 1, 'replayed'), entry(2, 2, 'simulated'), entry(3, 2, 'measured')];
  const all: StepCommit[] = [];
  const committer: Committer = { commit: async (steps) => void all.push(...steps) };
  const reader = {
    async *steps() {
      for (const e of entries) yield { entries: [e], upto: [e.seq] };
    },
  };
  const end = await follow({ plan, stepper: { step: echo }, carried: startOf(info), step: 7, reader, committer });
  expect(all.flatMap(parts)).toEqual([
    ['both', 'replayed', [1]],
    ['first', 'replayed', [1]],
    ['both', 'simulated', [2]],
    ['first', 'replayed', [2]],
    ['both', 'replayed', [3]],
    ['first', 'replayed', [3]],
  ]);
  expect(end).toMatchObject({ step: 10, carried: { clock: 3, wakeAt: 99 } });
});

test('a stretch without a row for the shard does not enter the program and keeps its timer', async () => {
  const read = { entries: [entry(1, 9, 'measured')], upto: [1] };
  const run = () => Promise.reject(new Error('must not run'));
  const commit = await takeStep({ plan, carried: { ...startOf(info), wakeAt: 42 }, read, step: 1, at: 0, run });
  expect(commit).toMatchObject({ rows: 0, wakeAt: 42, carried: { clock: 0, wakeAt: 42 } });
});
