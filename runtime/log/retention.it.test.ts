import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openArchive } from './archive-file.ts';
import { openArchivedLog, readArrived } from './archive-reader.ts';
import type { LogRow } from './contract.ts';
import { DAY_MS, dayOf, ensureDays } from './days.ts';
import { type LogReader, openLogReader } from './reader.ts';
import { dropOldArchives, retireDays } from './retention.ts';
import { openScanWriter } from './scan-writer.ts';
import { sampleOf } from './suite.ts';

/** A log with two lanes of `a` and one of `b`; numbers 1 to 3 of each stand in a day long past, 4 and 5 are new. */
async function fixture() {
  const database = await testDatabase();
  const { sql } = database;
  const folder = mkdtempSync(join(tmpdir(), 'mw-archive-'));
  await ensureDays(sql);
  const lanes: number[] = [];
  for (const org of ['a', 'a', 'b']) {
    const [row] = await sql<{ id: number }[]>`insert into lane (org_id, kind) values (${org}, 'scan') returning id`;
    lanes.push(row?.id ?? 0);
  }
  const [one, two, other] = lanes as [number, number, number];
  const old = dayOf(Date.now()) - 30;
  await sql`select log_make_days(${old}::int, ${old}::int)`;
  const writer = await openScanWriter(database.url, lanes);
  // Arrivals of the lanes alternate, the second lane first; the same moment twice.
  const at = (seq: number, lane: number) => (seq <= 3 ? old : old + 25) * DAY_MS + seq * 1000 + (lane === one ? 500 : 0);
  for (let seq = 1; seq <= 5; seq++)
    await writer.append(lanes.map((lane) => ({ lane, entry: { ...sampleOf(seq * 10 + lane), at: at(seq, lane) } })));
  await writer.close();
  await sql`update log set at = ${old * DAY_MS}::float8 + seq * 1000 + case when lane = ${one} then 500 else 0 end where seq <= 3`;
  await sql`update log set day = ${old}, upto = ${[1, 2]} where seq <= 3`;
  const reader = await openLogReader(database.url);
  const seen = (seq: number) =>
    sql`insert into history_cursor (lane_id, seq) select id, ${seq} from lane on conflict (lane_id) do update set seq = excluded.seq`;
  const all = async (from: LogReader, lane: number) => {
    const rows: LogRow[] = [];
    for (let after = 0; ; ) {
      const page = await from.readAfter([lane], [after], 2);
      if (page.length === 0) return rows;
      rows.push(...page.map(({ after: _, ...row }) => row));
      after = page.at(-1)?.seq ?? after;
    }
  };
  return {
    database,
    sql,
    folder,
    one,
    two,
    other,
    old,
    reader,
    seen,
    all,
    inLog: async () => (await sql<{ n: number }[]>`select count(*)::int as n from log`)[0]?.n,
    archived: () => openArchivedLog(sql, reader, folder, 'a'),
    async [Symbol.asyncDispose]() {
      await reader.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test('an old day moves to a file of each organization, and is read from there as it was in the log', async () => {
  await using f = await fixture();
  const before = await Promise.all([f.one, f.two].map((lane) => f.all(f.reader, lane)));
  expect(before.map((rows) => rows.length)).toEqual([5, 5]);
  await f.seen(2);
  expect(await retireDays(f.sql, 7, f.folder)).toEqual({ dropped: [], held: { day: f.old, by: 'historian' } });
  await f.seen(5);
  expect(await retireDays(f.sql, 7, f.folder)).toEqual({ dropped: [f.old] });
  expect(await f.inLog()).toBe(6);
  await expect(f.reader.readAfter([f.one], [0], 5)).rejects.toMatchObject({ code: 'LOG_TRUNCATED' });

  const archived = await f.archived();
  const after = await Promise.all([f.one, f.two].map((lane) => f.all(archived, lane)));
  expect(after).toStrictEqual(before);
  expect(await archived.ends([f.one])).toEqual([5]);
  expect(await archived.before(f.one, f.old * DAY_MS + 2_501)).toBe(2);
  expect(await archived.before(f.one, Date.now())).toBe(5);
  // Another organization's lanes are not in these files, nor reachable by them.
  await expect(archived.readAfter([f.other], [0], 5)).rejects.toMatchObject({ code: 'LOG_TRUNCATED' });
  await archived.close();
});

test('as it arrived: by append time, then lane, then number, over the border of archive and log', async () => {
  await using f = await fixture();
  await f.seen(5);
  await retireDays(f.sql, 7, f.folder);
  const archived = await f.archived();
  const order: string[] = [];
  for await (const row of readArrived(archived, [f.one, f.two], { from: 0, to: Number.MAX_SAFE_INTEGER }))
    order.push(`${row.lane === f.one ? 'one' : 'two'} ${row.seq}`);
  expect(order).toEqual([1, 2, 3, 4, 5].flatMap((seq) => [`two ${seq}`, `one ${seq}`]));
  const part: number[] = [];
  const window = { from: f.old * DAY_MS + 2_000, to: f.old * DAY_MS + 3_000 };
  for await (const row of readArrived(archived, [f.one, f.two], window)) part.push(row.seq);
  expect(part).toEqual([2, 2]);
  await archived.close();
});

test('killed between archive and drop: the day is still in the log, and goes the next time', async () => {
  await using f = await fixture();
  await f.seen(5);
  const program = `
    import { openDatabase } from '#drizzle/client.ts';
    import { retireDays } from '#runtime/log/retention.ts';
    await retireDays(openDatabase(${JSON.stringify(f.database.url)}, { max: 2, name: 'to be killed' }).sql, 7, ${JSON.stringify(f.folder)});`;
  const file = join(f.folder, 'archive', 'b', `${new Date(f.old * DAY_MS).toISOString().slice(0, 10)}.mwlog`);
  // A reader holds the partition: the drop has to wait, with the files written.
  await f.sql.begin(async (tx) => {
    await tx.unsafe(`lock table log_${f.old} in access share mode`);
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'inherit'] });
    await expect
      .poll(
        async () =>
          (await f.sql`select from pg_locks where not granted and relation = ${`log_${f.old}`}::regclass`).length === 1 &&
          existsSync(file),
        { timeout: 40_000, interval: 10 },
      )
      .toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  expect(await f.inLog()).toBe(15);
  expect(await f.sql`select from log_archive`).toHaveLength(0);
  expect((await retireDays(f.sql, 7, f.folder)).dropped).toEqual([f.old]);
  const archived = await f.archived();
  expect((await f.all(archived, f.two)).map((row) => row.seq)).toEqual([1, 2, 3, 4, 5]);
  await archived.close();
});

test('where no file can be written, the day stays in the log', async () => {
  await using f = await fixture();
  await f.seen(5);
  writeFileSync(join(f.folder, 'archive'), 'a file where the folder should be');
  await expect(retireDays(f.sql, 7, f.folder)).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(await f.inLog()).toBe(15);
  // Without an archive wanted, it is dropped.
  expect((await retireDays(f.sql, 7)).dropped).toEqual([f.old]);
  expect(await f.sql`select from log_archive`).toHaveLength(0);
});

test('a damaged or unknown archive is refused by name; an old one goes for good', async () => {
  await using f = await fixture();
  await f.seen(5);
  await retireDays(f.sql, 7, f.folder);
  const [row] = await f.sql<{ path: string }[]>`select path from log_archive where org_id = 'b'`;
  const path = join(f.folder, row?.path ?? '');
  const bytes = readFileSync(path);
  truncateSync(path, bytes.length - 3);
  await expect(openArchive(path)).rejects.toMatchObject({ code: 'LOG_ENTRY_DAMAGED' });
  const newer = Buffer.from(bytes);
  newer[4] = 9;
  writeFileSync(path, newer);
  await expect(openArchive(path)).rejects.toMatchObject({ code: 'LOG_VERSION_UNKNOWN' });
  expect(await dropOldArchives(f.sql, f.folder, 60)).toBe(0);
  expect(await dropOldArchives(f.sql, f.folder, 20)).toBe(2);
  expect(existsSync(path)).toBe(false);
});
