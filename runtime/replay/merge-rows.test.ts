import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeRows } from './merge-rows.ts';

const ascending = (max: number) =>
  fc.array(fc.integer({ min: 0, max }), { maxLength: 40 }).map((list) => list.sort((a, b) => a - b));

it('merges by time, at equal time in the order of the series: as sorting all rows stably does', () => {
  fc.assert(
    fc.property(fc.array(ascending(30), { maxLength: 6 }), (lists) => {
      const series = lists.map((list) => ({ time: Float64Array.from(list) }));
      const { clock, which, index } = mergeRows(series, Number.NEGATIVE_INFINITY);
      const expected = lists.flatMap((list, s) => list.map((time, i) => ({ time, s, i }))).sort((a, b) => a.time - b.time);
      expect([...clock].map((time, row) => ({ time, s: which[row], i: index[row] }))).toEqual(expected);
    }),
  );
});

it('merges what arrived by append time, lane, number and, within an entry, by time', () => {
  const row = fc.record({
    at: fc.integer({ min: 0, max: 8 }),
    seq: fc.integer({ min: 0, max: 3 }),
    time: fc.integer({ min: 0, max: 9 }),
  });
  const list = fc
    .array(row, { maxLength: 25 })
    .map((rows) => rows.sort((a, b) => a.at - b.at || a.seq - b.seq || a.time - b.time));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), list), { maxLength: 5 }), (lists) => {
      const column = (rows: { at: number; seq: number; time: number }[], name: 'at' | 'seq' | 'time') =>
        Float64Array.from(rows, (one) => one[name]);
      const series = lists.map(([lane, rows]) => ({
        time: column(rows, 'time'),
        arrival: { at: column(rows, 'at'), seq: column(rows, 'seq'), lane },
      }));
      const { clock, which, index } = mergeRows(series, 4);
      const expected = lists
        .flatMap(([lane, rows], s) => rows.map((one, i) => ({ ...one, lane, s, i })))
        .sort((a, b) => a.at - b.at || a.lane - b.lane || a.seq - b.seq || a.time - b.time || a.s - b.s || a.i - b.i);
      expect([...which].map((s, at) => [s, index[at]])).toEqual(expected.map((one) => [one.s, one.i]));
      // The program's clock is the append time, and never goes back behind the stretch before.
      expect([...clock]).toEqual(expected.map((one) => Math.max(4, one.at)));
    }),
  );
});

it('refuses a time that is no number', () => {
  expect(() => mergeRows([{ time: Float64Array.from([1, Number.NaN]) }], 0)).toThrow('not a number');
});
