import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { type LogReader, openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { entry, makeTags, ORG, run, settle } from './fixture.testing.ts';
import { gridOf } from './grid.ts';
import { DAY_MS, HOUR_MS, makeHours } from './hours.ts';
import type { HistoryReader } from './query.ts';
import { readRollups } from './read-rollups.ts';
import { readResampled } from './resample.ts';

const MIDNIGHT = Date.UTC(2026, 2, 28);
let test: TestDatabase;
let reader: LogReader;
const ask = (): HistoryReader => ({ tx: test.db, orgId: ORG, readLog: reader.readAfter });
beforeAll(async () => {
  test = await testDatabase();
  reader = await openLogReader(test.url);
});
afterAll(async () => {
  await reader.close();
  await test.close();
});

it('a week of a ramp, by the hour, the site’s day and odd stretches: stored hours, samples and the end of the log give one answer', async () => {
  const { lane, tags } = await makeTags(test, 1);
  const id = tags[0] as number;
  const writer = await openScanWriter(test.url, [lane]);
  const STEP = 300_000;
  const days = 7;
  const value = (t: number) => (t - MIDNIGHT) / STEP;
  const entries = Array.from({ length: days * 24 }, (_, h) => ({
    lane,
    entry: run(
      id,
      Array.from({ length: 12 }, (_, k) => MIDNIGHT + h * HOUR_MS + k * STEP),
      value,
    ),
  }));
  await writer.append(entries);
  await settle(test, reader);
  expect(await makeHours(test.sql, ask(), undefined, MIDNIGHT + 5 * DAY_MS)).toBeGreaterThan(3);
  const window = { from: MIDNIGHT, to: MIDNIGHT + days * DAY_MS };
  const check = async (unit: 'hour' | 'day' | 'minute', every: number, zone: string) => {
    const grid = gridOf(window, { unit, every, zone });
    const rollups = (await readRollups(ask(), [id], grid)).get(id) ?? [];
    for (const r of rollups) {
      // The samples at multiples of STEP within the stretch and the window are an arithmetic progression.
      const to = grid.starts[grid.starts.indexOf(r.start) + 1] ?? grid.end;
      const first = Math.max(Math.ceil((r.start - MIDNIGHT) / STEP), 0);
      const last = Math.min(Math.ceil((to - MIDNIGHT) / STEP), (days * DAY_MS) / STEP) - 1;
      expect([r.n, r.first, r.last, r.min, r.max, r.sum]).toEqual([
        last - first + 1,
        first,
        last,
        first,
        last,
        ((first + last) * (last - first + 1)) / 2,
      ]);
    }
    return rollups.length;
  };
  expect(await check('hour', 1, 'UTC')).toBe(168);
  // The clock in Berlin is set forward within this week.
  expect(await check('day', 1, 'Europe/Berlin')).toBe(8);
  expect(await check('hour', 5, 'UTC')).toBeGreaterThan(33);
  expect(await check('minute', 90, 'UTC')).toBe(112);

  // Late, and only in the log: its day is not taken from its hours.
  await writer.append([{ lane, entry: entry([id], MIDNIGHT + DAY_MS + 1, () => -7, { at: MIDNIGHT + 8 * DAY_MS }) }]);
  const late = (await readRollups(ask(), [id], gridOf(window, { unit: 'day', every: 1, zone: 'UTC' }))).get(id);
  expect(late?.map((r) => r.min)).toEqual([0, -7, ...Array.from({ length: 5 }, (_, i) => (i + 2) * 288)]);
  expect(
    (await readRollups({ ...ask(), orgId: 'org-b' }, [id], gridOf(window, { unit: 'day', every: 1, zone: 'UTC' }))).get(id),
  ).toEqual([]);
  await writer.close();
});

it('resampled over the borders of days, the line is the line', async () => {
  const { lane, tags } = await makeTags(test, 1);
  const id = tags[0] as number;
  const writer = await openScanWriter(test.url, [lane]);
  const value = (t: number) => 2 * ((t - MIDNIGHT) / 60_000) + 1;
  await writer.append([
    {
      lane,
      entry: run(
        id,
        Array.from({ length: 3 * 206 }, (_, i) => MIDNIGHT + i * 420_000),
        value,
      ),
    },
  ]);
  await settle(test, reader);
  await writer.close();
  const grid = gridOf({ from: MIDNIGHT, to: MIDNIGHT + 3 * DAY_MS }, { unit: 'minute', every: 10, zone: 'UTC' });
  const read = (await readResampled(ask(), [id], grid, 'linear', HOUR_MS)).get(id);
  expect(read?.value).toHaveLength(432);
  grid.starts.forEach((t, i) => {
    expect(read?.value[i]).toBeCloseTo(value(t), 8);
    expect(read?.quality[i]).toBe(0);
  });
  const step = (await readResampled(ask(), [id], grid, 'step', HOUR_MS)).get(id);
  grid.starts.forEach((t, i) => {
    expect(step?.value[i]).toBe(value(t - ((t - MIDNIGHT) % 420_000)));
  });
});
