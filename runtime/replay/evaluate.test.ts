import { describe, expect, test } from 'vitest';
import { type Collected, evaluateCheck, within } from './evaluate.ts';
import type { ProofCheck } from './proof.ts';

const title = { en: 'x', zh: 'x' };
const base = { id: 'c', title, source: 'by hand' };
const row = (time: number, value: number, q = 0, key = 'A') => ({ time, key, values: { value }, quality: { value: q } });
const run: Collected = {
  outputs: { load: [row(1000, 2), row(2000, 4), row(3000, 9, 0x80), row(4000, 6), row(4000, 1, 0, 'B')] },
  alarms: [true, true, false, true].map((active, i) => ({
    node: 'high',
    key: 'A',
    row: i,
    time: 1000 * (i + 1),
    active,
    priority: 2,
    message: title,
  })),
  effects: [{ node: 'mail', key: 'A', row: 0, time: 1000, kind: 'notify.send', request: {} }],
};
const output = (statistic: string, expected: number, over: object = {}) =>
  evaluateCheck(
    { kind: 'output', ...base, output: 'load', column: 'value', statistic, expected, key: 'A', ...over } as ProofCheck,
    run,
  );

describe('figures of an output', () => {
  // values of good quality of key A: 2, 4, 6
  test.each([
    ['first', 2],
    ['last', 6],
    ['min', 2],
    ['max', 6],
    ['mean', 4],
    ['sum', 12],
    ['count', 3],
  ])('%s', (statistic, expected) => {
    expect(output(statistic, expected)).toMatchObject({ actual: expected, pass: true });
    expect(output(statistic, expected + 1).pass).toBe(false);
  });
  test('at a time, the newest row until then', () => {
    expect(output('at', 4, { at: '1970-01-01T00:00:03.500Z' })).toMatchObject({ actual: 4, pass: true });
    expect(output('at', 2, { at: '1970-01-01T00:00:00Z' })).toMatchObject({ actual: null, pass: false });
  });
  test('nothing to measure is red, never green', () => {
    expect(output('mean', 0, { output: 'none' })).toMatchObject({ actual: null, pass: false });
  });
});

test('an alarm counts when it is raised, not while it stands', () => {
  const check = (figure: string, expected: number) =>
    evaluateCheck({ kind: 'alarm', ...base, node: 'high', figure, expected } as ProofCheck, run);
  expect(check('raised', 2).pass).toBe(true);
  expect(check('first-raised-at', 1).pass).toBe(true);
});

test('effects are counted by kind', () => {
  expect(evaluateCheck({ kind: 'effect', ...base, effect: 'notify.send', expected: 1 }, run).pass).toBe(true);
  expect(evaluateCheck({ kind: 'effect', ...base, effect: 'tag.write', expected: 0 }, run).pass).toBe(true);
});

test('tolerances', () => {
  expect(within(1.01, 1, undefined)).toBe(false);
  expect(within(1.01, 1, { absolute: 0.02 })).toBe(true);
  expect(within(102, 100, { relative: 0.01 })).toBe(false);
});
