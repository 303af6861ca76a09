import { expect, test } from 'vitest';
import { lane } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openLogReader } from './reader.ts';
import { openScanWriter } from './scan-writer.ts';

const entry = (value: number) => ({
  ...{ kind: 'samples' as const, at: 1_000 + value, origin: 'measured' as const, n: 1 },
  ...{ tag: Int32Array.of(7), time: Float64Array.of(value), value: Float64Array.of(value) },
});

test('a damaged entry is set aside by lane and number and the lane goes on; one of a later format stops its lane and no other', async () => {
  await using database = await testDatabase();
  const { db, sql, url } = database;
  const made = await db
    .insert(lane)
    .values([
      { orgId: 'a', kind: 'scan' },
      { orgId: 'a', kind: 'scan' },
    ])
    .returning();
  const [a = 0, b = 0] = made.map((one) => one.id);
  const writer = await openScanWriter(url, [a, b]);
  await writer.append([a, b].flatMap((id) => [1, 2, 3, 4].map((n) => ({ lane: id, entry: entry(n) }))));
  await writer.close();
  const told: string[] = [];
  const reader = await openLogReader(url, { onUnreadable: (at, error) => told.push(`${at.lane}/${at.seq} ${error.code}`) });
  // cut off, and a first byte that no version will ever have
  await sql`update log set data = substring(data from 1 for 20) where lane = ${a} and seq = 2`;
  await sql`update log set data = set_byte(data, 0, 200) where lane = ${a} and seq = 3`;
  // what a newer product writes
  await sql`update log set data = set_byte(data, 0, 2) where lane = ${b} and seq = 3`;
  for (let again = 0; again < 2; again++) {
    const rows = await reader.readAfter([a, b], [0, 0], 10);
    expect(rows.map((row) => [row.lane, row.seq, row.unreadable?.slice(0, 17)])).toEqual([
      [a, 1, undefined],
      [a, 2, 'LOG_ENTRY_DAMAGED'],
      [a, 3, 'LOG_ENTRY_DAMAGED'],
      [a, 4, undefined],
      [b, 1, undefined],
      [b, 2, undefined],
    ]);
    expect(rows.map((row) => row.entry.kind === 'samples' && row.entry.n)).toEqual([1, 0, 0, 1, 1, 1]);
    expect(rows[1]?.entry.at).toBe(1_002);
  }
  expect(told).toEqual([`${a}/2 LOG_ENTRY_DAMAGED`, `${a}/3 LOG_ENTRY_DAMAGED`, `${b}/3 LOG_VERSION_UNKNOWN`]);
  expect(reader.problems).toEqual([
    { code: 'log-unreadable', params: { count: 2, lane: a, seq: 3 } },
    { code: 'log-version', params: { version: 2, lane: b, seq: 3 } },
  ]);
  await reader.close();
});
