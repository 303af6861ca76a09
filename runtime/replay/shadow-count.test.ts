import { expect, test } from 'vitest';
import type { StepCommit } from '#runtime/step/take-step.ts';
import { ShadowCount } from './shadow-count.ts';
import { valueDifferences } from './shadow-difference.ts';

type Given = readonly [time: number, value: number, quality?: number];
/** One step that gives these records of output `o`. */
const step = (rows: readonly Given[]): StepCommit => ({
  shardId: 1,
  step: 1,
  upto: [],
  outputs: {
    kind: 'outputs',
    at: 0,
    shardId: 1,
    step: 1,
    outputs: [
      {
        name: 'o',
        schema: { kind: 'stream', columns: { value: { type: 'number' } } },
        origin: 'derived',
        n: rows.length,
        time: Float64Array.from(rows, ([time]) => time),
        key: rows.map(() => 'k'),
        columns: [Float64Array.from(rows, ([, value]) => value)],
        quality: [Uint8Array.from(rows, ([, , quality]) => quality ?? 0)],
      },
    ],
  },
  effects: [],
  alarms: [],
  dead: [],
  late: {},
  wakeAt: null,
  rows: rows.length,
  carried: { clock: 0, origins: [], wakeAt: null },
});
const head = { graphHash: '', against: { version: '', graphHash: '' }, window: { from: 0, to: 1 } };

test('the first differences are listed with their place and both values', () => {
  const count = new ShadowCount(['o']);
  // the candidate gives the second record otherwise, the third with doubt, the fourth not at all, and one of its own
  count.take(
    step([
      [1, 10],
      [2, 20],
      [3, 30],
      [4, 40],
    ]),
    step([
      [1, 10],
      [2, 22],
      [3, 30, 0x41],
      [5, 50],
    ]),
    [],
    0,
  );
  const report = count.build(head);
  expect(report.outputs).toEqual([
    { name: 'o', same: 1, changed: 2, missing: 1, added: 1, columns: [{ column: 'value', most: 2, at: 2 }] },
  ]);
  const place = { key: 'k', output: 'o' };
  expect(report.first).toEqual([
    { ...place, time: 2, column: 'value', live: { v: 20 }, candidate: { v: 22 } },
    { ...place, time: 3, column: 'value', live: { v: 30 }, candidate: { v: 30, q: 0x41 } },
    { ...place, time: 4, only: 'live' },
    { ...place, time: 5, only: 'candidate' },
  ]);
});

test('a hundred are kept, and the counts go on', () => {
  const count = new ShadowCount(['o']);
  const rows = Array.from({ length: 500 }, (_, i): Given => [i, i]);
  count.take(step(rows), step(rows.map(([time, value]) => [time, value + 1])), [], 0);
  const report = count.build(head);
  expect([report.outputs[0]?.changed, report.first?.length]).toEqual([500, 100]);
});

test.each([
  [Float64Array.of(1, 2, 3), Float64Array.of(1, 5, 3), [{ column: 'c[1]', live: { v: 2 }, candidate: { v: 5 } }]],
  [['a'], ['a', 'b'], [{ column: 'c[1]', candidate: { v: 'b' } }]],
  [Number.NaN, 1, [{ column: 'c', live: { v: null }, candidate: { v: 1 } }]],
  [{ a: 1 }, { a: 2 }, [{ column: 'c', live: { v: '{"a":1}' }, candidate: { v: '{"a":2}' } }]],
])('%j and %j', (live, candidate, expected) => {
  expect(valueDifferences('c', { v: live, q: 0 }, { v: candidate, q: 0 })).toEqual(expected);
});
