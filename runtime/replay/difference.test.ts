import { describe, expect, it } from 'vitest';
import { differenceOf } from './difference.ts';
import type { ReplayReport } from './report.ts';

const report = (value: number, alarmAt: number[], writes: number): ReplayReport => ({
  graphHash: 'g',
  window: { from: 0, to: 10 },
  input: 'corrected',
  rows: 2,
  steps: 1,
  durationMs: 0,
  outputs: [
    {
      name: 'mean',
      node: 'w',
      port: 'out',
      kind: 'stream',
      rows: 2,
      columns: { value: { type: 'number', unit: 'bar' } },
      series: [{ key: 'k', column: 'value', points: { time: [1, 2], last: [1, value], count: 2 } }],
      last: {},
    },
  ],
  alarms: {
    total: alarmAt.length,
    list: alarmAt.map((from) => ({ node: 'a', key: 'k', priority: 2, message: { en: '', zh: '' }, from })),
  },
  effects: { total: writes, byKind: writes ? { 'tag.write': writes } : {}, unknown: 0, list: [] },
  dead: { total: 0, list: [] },
  late: {},
  wires: [],
});

describe('differenceOf', () => {
  it('finds nothing between equal runs', () => {
    const difference = differenceOf(report(2, [5], 1), report(2, [5], 1));
    expect(difference.outputs[0]).toMatchObject({ state: 'same', columns: [] });
    expect(difference.alarms).toEqual({ added: [], removed: [] });
  });
  it('compares rows of one time in their order', () => {
    const twice = report(2, [], 0);
    const series = twice.outputs[0]?.series[0];
    if (!series) throw new Error('the report has a series');
    const same = {
      ...twice,
      outputs: twice.outputs.map((output) => ({
        ...output,
        series: [{ ...series, points: { time: [1, 1], last: [3, 4], count: 2 } }],
      })),
    };
    expect(differenceOf(same, same).outputs[0]?.state).toBe('same');
  });
  it('names the greatest gap, the alarms of one side only and the actions of both', () => {
    const difference = differenceOf(report(2, [5], 0), report(3.5, [5, 7], 4));
    expect(difference.outputs[0]).toMatchObject({ state: 'changed', columns: [{ column: 'value', key: 'k', most: 1.5, at: 2 }] });
    expect(difference.alarms.added.map((alarm) => alarm.from)).toEqual([7]);
    expect(difference.effects).toEqual({ 'tag.write': [0, 4] });
  });
});
