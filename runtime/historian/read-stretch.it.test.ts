import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tag } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { quality } from '#runtime/batch/quality.ts';
import { type LogReader, openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { makeTags, ORG, run, settle, T0 } from './fixture.testing.ts';
import { DAY_MS } from './hours.ts';
import { readStretch } from './read-stretch.ts';

let test: TestDatabase;
let log: LogReader;
beforeAll(async () => {
  test = await testDatabase();
  log = await openLogReader(test.url);
});
afterAll(async () => {
  await log.close();
  await test.close();
});
const reader = (orgId = ORG) => ({ tx: test.db, orgId, readLog: log.readAfter });

it('reads what is stored and what stands only in the log, as it was known then, in the unit that is asked for', async () => {
  const { lane, tags } = await makeTags(test, 1);
  const [id = 0] = tags;
  await test.db.update(tag).set({ unit: 'Cel' }).where(eq(tag.id, id));
  const writer = await openScanWriter(test.url, [lane]);
  const times = Array.from({ length: 10 }, (_, i) => T0 + i * DAY_MS);
  await writer.append(times.map((time) => ({ lane, entry: run(id, [time], (t) => (t - T0) / DAY_MS) })));
  await settle(test, log);
  const late = T0 + 30 * DAY_MS;
  // a day later than all: the third was 100 and not 2; the fifth is no measurement
  await writer.append([
    { lane, entry: { ...run(id, [times[2] as number], () => 100), at: late } },
    { lane, entry: { ...run(id, [times[4] as number], () => 4), at: late, quality: Uint8Array.of(quality('bad', 'link')) } },
  ]);
  await writer.close();
  const wish = { from: T0, to: T0 + 10 * DAY_MS, aggregate: 'none', points: 100 } as const;
  const of = { tagId: id, unit: '[degF]' };
  const fahrenheit = (...cel: number[]) => cel.map((c) => expect.closeTo(c * 1.8 + 32, 9));

  expect(await readStretch(reader(), of, wish)).toEqual({
    ok: true,
    value: { time: times.filter((_, i) => i !== 4), value: fahrenheit(0, 1, 100, 3, 5, 6, 7, 8, 9), left: 1, uncertain: false },
  });
  expect(await readStretch(reader(), of, wish, late - 1)).toMatchObject({
    value: { time: times, value: fahrenheit(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), left: 0 },
  });
  // two parts of five days, read four days at a time
  expect(await readStretch(reader(), of, { ...wish, aggregate: 'mean', points: 2 }, late - 1)).toMatchObject({
    value: { time: [T0, T0 + 5 * DAY_MS], value: fahrenheit(2, 7) },
  });
  expect(await readStretch(reader(), of, { ...wish, points: 8 })).toEqual({
    ok: false,
    code: 'history-long',
    params: { limit: 8 },
  });
  expect(await readStretch(reader(), { tagId: id, unit: 'bar' }, wish)).toMatchObject({ ok: false, code: 'history-unit' });
  expect(await readStretch(reader('org-b'), of, wish)).toMatchObject({ ok: false, code: 'history-missing' });
  await test.db.update(tag).set({ type: 'text' }).where(eq(tag.id, id));
  expect(await readStretch(reader(), of, wish)).toMatchObject({ ok: false, code: 'history-type', params: { type: 'text' } });
});
