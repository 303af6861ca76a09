import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { collectBlobs } from './blob-collection.ts';
import { blobPath, openBlobStore } from './blobs.ts';
import { ensureDays } from './days.ts';

const MEDIA = 'application/x-mw-wave';
const HOUR = 3_600_000;
/** No waiting: what has no use now goes now. */
const AT_ONCE = { waveHours: 6, sampleDays: 0, safeMs: 0, graceMs: 0 };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

async function fixture() {
  const { sql, db } = database;
  await sql`truncate blob, blob_use, retention, shard, lane, history_cursor, log restart identity cascade`;
  const folder = mkdtempSync(join(tmpdir(), 'mw-collect-'));
  const store = openBlobStore(folder);
  await ensureDays(sql);
  const [row] = await sql<{ id: number }[]>`insert into lane (org_id, kind) values ('a', 'scan') returning id`;
  const lane = row?.id ?? 0;
  let seq = 0;
  return {
    sql,
    db,
    folder,
    lane,
    put: (org: string, text: string) => store.put(db, org, Buffer.from(text), MEDIA),
    get: (org: string, hash: string) => store.get(db, org, hash),
    file: (hash: string) => existsSync(blobPath(folder, hash)),
    collect: (rules = {}) => collectBlobs(db, folder, { ...AT_ONCE, ...rules }),
    /** Notes a use as the historian does. */
    use: (org: string, hash: string, hoursAgo: number, more: { tag?: number; kind?: string } = {}) =>
      sql`insert into blob_use (org_id, hash, tag_id, lane_id, seq, at, kind)
        values (${org}, ${hash}, ${more.tag ?? 1}, ${lane}, ${++seq}, ${Date.now() - hoursAgo * HOUR}, ${more.kind ?? 'wave'})`,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
    },
  };
}

test('what nothing refers to goes, row and file; what a sample refers to stays', async () => {
  await using f = await fixture();
  const used = await f.put('a', 'used');
  const unused = await f.put('a', 'unused');
  await f.use('a', used, 1);
  expect(await f.collect()).toMatchObject({ uses: 0, doomed: 1, removed: 1, bytes: 6 });
  await expect(f.get('a', unused)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  expect(f.file(unused)).toBe(false);
  expect((await f.get('a', used)).bytes.toString()).toBe('used');
});

test('raw waves go after their hours, by the rule of their tag where it has one', async () => {
  await using f = await fixture();
  await f.sql`insert into retention (tag_id, org_id, large_hours) values (2, 'a', 48)`;
  const [old, young, long] = await Promise.all(['old', 'young', 'long'].map((text) => f.put('a', text)));
  await f.use('a', old as string, 7);
  await f.use('a', young as string, 5);
  await f.use('a', long as string, 40, { tag: 2 });
  // The same bytes named again count by the last time.
  await f.use('a', young as string, 30);
  expect(await f.collect()).toMatchObject({ uses: 2, removed: 1 });
  expect([old, young, long].map((hash) => f.file(hash as string))).toEqual([false, true, true]);
  expect(await f.collect({ waveHours: 4 })).toMatchObject({ uses: 1, removed: 1 });
  expect(f.file(long as string)).toBe(true);
});

test('a wave that a shard would read again after a crash is kept whatever its age', async () => {
  await using f = await fixture();
  const hash = await f.put('a', 'wave');
  await f.use('a', hash, 100);
  await f.sql`alter table shard disable trigger all`;
  await f.sql`insert into shard (org_id, instance_id, lanes, out_lane, cursor)
    values ('a', gen_random_uuid(), ${[f.lane]}::int4[], ${f.lane}, '{0}')`;
  expect(await f.collect()).toMatchObject({ uses: 0, removed: 0 });
  await f.sql`update shard set cursor = '{1}'`;
  expect(await f.collect()).toMatchObject({ uses: 1, removed: 1 });
});

test('nothing young is collected, and nothing whose entry the historian may not have seen', async () => {
  await using f = await fixture();
  const hash = await f.put('a', 'just put');
  expect(await f.collect({ safeMs: HOUR })).toMatchObject({ doomed: 0, removed: 0 });
  await f.sql`update blob set last_used_at = now() - interval '4 hours'`;
  // An entry of two hours ago is not stored yet: it may name this blob.
  await f.sql`insert into log (day, lane, seq, at, n, data) values (log_today(), ${f.lane}, 1, ${Date.now() - 2 * HOUR}, 1, '\\x01')`;
  expect(await f.collect({ safeMs: HOUR, graceMs: HOUR })).toMatchObject({ doomed: 1 });
  await f.sql`update blob set doomed_at = null, last_used_at = now() - interval '150 minutes'`;
  expect(await f.collect({ safeMs: HOUR, graceMs: HOUR })).toMatchObject({ doomed: 0, removed: 0 });
  await f.sql`insert into history_cursor (lane_id, seq) values (${f.lane}, 1)`;
  expect(await f.collect({ safeMs: HOUR, graceMs: HOUR })).toMatchObject({ doomed: 1, removed: 0 });
  expect(f.file(hash)).toBe(true);
});

test('put again, or named again, between being doomed and being removed: it stays', async () => {
  await using f = await fixture();
  const again = await f.put('a', 'again');
  const named = await f.put('a', 'named');
  const gone = await f.put('a', 'gone');
  expect(await f.collect({ graceMs: HOUR })).toMatchObject({ doomed: 3, removed: 0 });
  await f.put('a', 'again');
  await f.use('a', named, 0);
  await f.sql`update blob set doomed_at = doomed_at - interval '2 hours'`;
  expect(await f.collect({ graceMs: HOUR, safeMs: 0 })).toMatchObject({ removed: 1 });
  expect([again, named, gone].map(f.file)).toEqual([true, true, false]);
});

test('a put that meets the collector at its worst moment ends with a file: it waits for the hash and writes again', async () => {
  await using f = await fixture();
  const hash = await f.put('a', 'worst moment');
  // As the collector does it: lock, row, file, and not yet committed when another tenant puts the same bytes.
  let putting: Promise<string> | undefined;
  await f.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(5, hashtext(${hash}))`;
    await tx`delete from blob where hash = ${hash}`;
    putting = f.put('b', 'worst moment');
    for (let waiting = 0; waiting === 0; ) {
      await new Promise((r) => setTimeout(r, 5));
      const [row] = await f.sql`select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
      waiting = row?.n ?? 0;
    }
    rmSync(blobPath(f.folder, hash));
  });
  expect(await putting).toBe(hash);
  expect((await f.get('b', hash)).bytes.toString()).toBe('worst moment');
  await expect(f.get('a', hash)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
});

test('puts and collections at once, for two tenants of the same bytes: whoever has a row has its file', async () => {
  await using f = await fixture();
  let collecting = true;
  let removed = 0;
  const collector = (async () => {
    while (collecting) removed += (await f.collect()).removed;
  })();
  const texts = ['one', 'two', 'three'];
  const kept: [string, string][] = [];
  for (let round = 0; round < 60; round++)
    await Promise.all(
      ['a', 'b'].map(async (org) => {
        const hash = await f.put(org, texts[round % 3] as string);
        if (round % 20 !== 19) return;
        await f.use(org, hash, 0);
        // Put after it was named: from here on it must be there.
        await f.put(org, texts[round % 3] as string);
        kept.push([org, hash]);
      }),
    );
  collecting = false;
  await collector;
  // However slow the machine was: one collection comes after a put.
  await f.put('a', 'one more');
  removed += (await f.collect()).removed;
  expect(removed).toBeGreaterThan(0);
  for (const [org, hash] of kept) expect((await f.get(org, hash)).bytes.length).toBeGreaterThan(0);
  for (const row of await f.sql<{ hash: string }[]>`select hash from blob`) expect(f.file(row.hash)).toBe(true);
});

test('files that no row names go after a day; one tenant letting go leaves the other’s bytes', async () => {
  await using f = await fixture();
  const shared = await f.put('a', 'shared');
  await f.put('b', 'shared');
  await f.use('b', shared, 0);
  const stray = 'ab'.repeat(32);
  mkdirSync(join(f.folder, 'blobs', 'ab'), { recursive: true });
  const yesterday = Date.now() / 1000 - 90_000;
  for (const name of [stray, `${stray}.0a1b2c`]) {
    writeFileSync(join(f.folder, 'blobs', 'ab', name), 'left');
    expect((await f.collect()).strays).toBe(0);
    utimesSync(join(f.folder, 'blobs', 'ab', name), yesterday, yesterday);
    expect((await f.collect()).strays).toBe(1);
  }
  await expect(f.get('a', shared)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  expect((await f.get('b', shared)).bytes.toString()).toBe('shared');
});
