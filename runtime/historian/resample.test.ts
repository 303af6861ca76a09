import { describe, expect, it } from 'vitest';
import { quality } from '#runtime/batch/quality.ts';
import { GridError, gridOf } from './grid.ts';
import { resample } from './resample.ts';
import { joinRollups, meanOf, rollUp } from './rollup.ts';
import type { Samples } from './samples.ts';

const samples = (rows: readonly (readonly [time: number, value: number, quality?: number])[]): Samples => ({
  n: rows.length,
  time: Float64Array.from(rows, ([t]) => t),
  value: Float64Array.from(rows, ([, v]) => v),
  quality: Uint8Array.from(rows, ([, , q]) => q ?? 0),
  origin: new Uint8Array(rows.length),
  at: Float64Array.from(rows, ([t]) => t),
  seq: Float64Array.from(rows, (_, i) => i),
  other: new Map(),
});
const starts = (n: number, step: number, from = 0) => Array.from({ length: n }, (_, i) => from + i * step);
const LINK = quality('bad', 'link');
const STALE = quality('bad', 'stale');
const MISSING = quality('bad', 'missing');
const UNSURE = quality('uncertain', 'clipped');

describe('resampling', () => {
  it('a line sampled anyhow is the line again', () => {
    const line = samples([0, 7, 11, 30, 52, 97, 100].map((t) => [t, 3 * t - 5]));
    const read = resample(line, { starts: starts(10, 10), end: 100 }, 'linear', 1000);
    Array.from(read.value).forEach((y, i) => {
      expect(y).toBeCloseTo(3 * (i * 10) - 5, 10);
    });
    expect(Array.from(read.quality)).toEqual(Array(10).fill(0));
  });

  it('a step holds until the next sample, no longer than it may, and not over a bad one', () => {
    const s = samples([
      [5, 1],
      [20, 2, LINK],
      [30, 3, UNSURE],
    ]);
    const read = resample(s, { starts: [0, 5, 19, 20, 29, 30, 80, 81], end: 90 }, 'step', 50);
    expect(Array.from(read.value)).toEqual([Number.NaN, 1, 1, Number.NaN, Number.NaN, 3, 3, Number.NaN]);
    expect(Array.from(read.quality)).toEqual([MISSING, 0, 0, LINK, LINK, UNSURE, UNSURE, STALE]);
  });

  it('no line is drawn to or from a bad sample, over a long gap, or beyond the last', () => {
    const s = samples([
      [0, 0],
      [10, 10, UNSURE],
      [20, 20, LINK],
      [30, 30],
      [100, 100],
      [110, 110],
    ]);
    const read = resample(s, { starts: [5, 15, 25, 65, 105, 110, 115], end: 120 }, 'linear', 50);
    expect(Array.from(read.value)).toEqual([5, Number.NaN, Number.NaN, Number.NaN, 105, 110, Number.NaN]);
    expect(Array.from(read.quality)).toEqual([UNSURE, LINK, LINK, STALE, 0, 0, MISSING]);
  });

  it('an average weighs by time: a square wave of duty 1/4 sampled on change has 1/4 of its height', () => {
    const wave = samples(
      starts(10, 100).flatMap(
        (t) =>
          [
            [t, 8],
            [t + 25, 0],
          ] as const,
      ),
    );
    const grid = { starts: starts(10, 100), end: 1000 };
    expect(Array.from(resample(wave, grid, 'average', 1000).value)).toEqual(Array(10).fill(2));
    // Stretches that do not lie on the edges begin with the value that holds.
    expect(Array.from(resample(wave, { starts: [10, 110], end: 210 }, 'average', 1000).value)).toEqual([2, 2]);
  });

  it('of a stretch that is partly unknown, the average says so; of one mostly unknown there is none', () => {
    const s = samples([
      [0, 4],
      [60, 9, LINK],
      [100, 1],
      [130, 1, LINK],
      [200, 6],
    ]);
    const read = resample(s, { starts: [0, 100, 200, 300], end: 400 }, 'average', 100);
    expect(Array.from(read.value)).toEqual([4, Number.NaN, 6, Number.NaN]);
    expect(Array.from(read.quality)).toEqual([quality('uncertain', 'substituted'), LINK, 0, MISSING]);
  });
});

describe('rollups', () => {
  it('of arithmetic and geometric progressions have their closed forms', () => {
    const n = 1000;
    const arithmetic = samples(starts(n, 10).map((t, i) => [t, 2 + 3 * i]));
    const [all] = rollUp(arithmetic, [0], n * 10);
    expect(all).toMatchObject({
      start: 0,
      n,
      count: n,
      min: 2,
      minAt: 0,
      max: 2999,
      maxAt: 9990,
      first: 2,
      last: 2999,
      worst: 0,
    });
    expect(all && meanOf(all)).toBe((2 + 2999) / 2);
    const half = samples(starts(50, 10).map((t, i) => [t, 0.5 ** i]));
    expect(rollUp(half, [0], 500)[0]?.sum).toBe(2 - 0.5 ** 49);
  });

  it('keeps the last digits of a long sum of large values', () => {
    // 1e16 + 1 + … + 1 − 1e16: a plain sum loses every one of the ones.
    const s = samples([[0, 1e16], ...starts(1000, 1, 1).map((t) => [t, 1] as const), [2000, -1e16]]);
    expect(rollUp(s, [0], 3000)[0]?.sum).toBe(1000);
  });

  it('bad samples are counted and told, and used for nothing', () => {
    const s = samples([
      [0, 5],
      [1, 99, LINK],
      [2, Number.NaN, MISSING],
      [3, 7, UNSURE],
    ]);
    const [one] = rollUp(s, [0], 10);
    expect(one).toMatchObject({ n: 4, count: 2, min: 5, max: 7, sum: 12, worst: MISSING, worstAt: 2 });
    const [none] = rollUp(samples([[1, 99, LINK]]), [0], 10);
    expect(none).toMatchObject({ n: 1, count: 0, min: Number.NaN, sum: Number.NaN, worst: LINK });
    expect(none && meanOf(none)).toBe(Number.NaN);
    expect(rollUp(samples([]), [0], 10)).toEqual([]);
  });

  it('joined from parts are what they are of the whole', () => {
    const s = samples(
      starts(360, 10).map((t, i) => [t, Math.round(1000 * Math.sin(i)), i % 50 === 7 ? LINK : i % 31 === 0 ? UNSURE : 0]),
    );
    const [whole] = rollUp(s, [0], 3600);
    const pieces = rollUp(s, starts(36, 100), 3600);
    expect(pieces).toHaveLength(36);
    expect(joinRollups(0, pieces)).toEqual(whole);
  });
});

describe('grids', () => {
  const iso = (times: readonly number[]) => times.map((t) => new Date(t).toISOString().slice(0, 16));
  const window = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });

  it('days of a zone have 23 and 25 hours when the clock is set', () => {
    // Berlin 2026: forward on 29 March, back on 25 October.
    const grid = gridOf(window('2026-03-28T00:00Z', '2026-03-30T20:00Z'), { unit: 'day', every: 1, zone: 'Europe/Berlin' });
    expect(iso([...grid.starts, grid.end])).toEqual([
      '2026-03-27T23:00',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
      '2026-03-30T22:00',
    ]);
    const back = gridOf(window('2026-10-25T06:00Z', '2026-10-25T07:00Z'), { unit: 'day', every: 1, zone: 'Europe/Berlin' });
    expect((back.end - (back.starts[0] ?? 0)) / 3_600_000).toBe(25);
  });

  it('a day that begins at one in the morning, because midnight did not happen, is followed by the next', () => {
    // Beirut 2026: the clock goes from 00:00 to 01:00 on 29 March.
    const grid = gridOf(window('2026-03-28T12:00Z', '2026-03-30T12:00Z'), { unit: 'day', every: 1, zone: 'Asia/Beirut' });
    expect(iso([...grid.starts, grid.end])).toEqual([
      '2026-03-27T22:00',
      '2026-03-28T22:00',
      '2026-03-29T21:00',
      '2026-03-30T21:00',
    ]);
  });

  it('weeks begin on Monday, quarters with the year, minutes with the hour', () => {
    const in2026 = (unit: 'week' | 'month' | 'minute' | 'year', every: number, to = '2026-06-10T00:00Z') =>
      iso(gridOf(window('2026-05-14T10:07Z', to), { unit, every, zone: 'UTC' }).starts);
    expect(in2026('week', 1)).toEqual([
      '2026-05-11T00:00',
      '2026-05-18T00:00',
      '2026-05-25T00:00',
      '2026-06-01T00:00',
      '2026-06-08T00:00',
    ]);
    expect(in2026('month', 3)).toEqual(['2026-04-01T00:00']);
    expect(in2026('year', 10)).toEqual(['2020-01-01T00:00']);
    expect(in2026('minute', 15, '2026-05-14T10:31Z')).toEqual(['2026-05-14T10:00', '2026-05-14T10:15', '2026-05-14T10:30']);
  });

  it('refuses what would never end', () => {
    const year = window('2025-01-01T00:00Z', '2026-01-01T00:00Z');
    expect(() => gridOf(year, { unit: 'second', every: 1, zone: 'UTC' })).toThrow(GridError);
    expect(() => gridOf(year, { unit: 'day', every: 0, zone: 'UTC' })).toThrow(GridError);
    expect(() => gridOf(year, { unit: 'day', every: 1, zone: 'Mars/Olympus' })).toThrow(GridError);
  });
});
