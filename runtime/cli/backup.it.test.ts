import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendAudit, verifyAudit } from '#drizzle/audit.ts';
import { openDatabase } from '#drizzle/client.ts';
import { tag } from '#drizzle/schema/index.ts';
import { openSecret, sealSecret } from '#drizzle/secrets.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { ORG, type WorkerFixture, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { backup, tableNames } from './backup.ts';
import { tableFile } from './backup-format.ts';
import { restore } from './restore.ts';

const KEY = 'a master key of forty letters, more or less';
let f: WorkerFixture;
let folder: string;
let bytes: string;
let secret: string;
let socketDir: string;
const made: string[] = [];

beforeAll(async () => {
  f = await workerFixture();
  socketDir = f.url.split('?')[0] ?? '';
  folder = await mkdtemp(join(tmpdir(), 'mw-backup-'));
  const lane = await f.lane([{ unit: '[psi]', name: '总管压力' }, {}]);
  await lane.write(Array.from({ length: 300 }, (_, i) => ({ time: Date.now() - 300_000 + i * 1000, values: [i, -i] })));
  for (let i = 0; i < 5; i++)
    await appendAudit(f.db, { orgId: ORG, actor: 'platform', action: 'test', details: { i, text: '审计' } });
  bytes = await openBlobStore(f.dataFolder).put(f.db, ORG, Buffer.from('a waveform'), 'application/octet-stream');
  secret = await sealSecret(f.db, KEY, ORG, 'password', 'of a machine');
  await writeFile(join(f.dataFolder, 'running.json'), '{}');
  await backup(f, join(folder, 'b'), { withKey: false });
});
afterAll(async () => {
  const { sql, close } = openDatabase(`${socketDir}?db=postgres`, { max: 1 });
  for (const name of made) await sql.unsafe(`drop database if exists ${name} with (force)`);
  await close();
  await f[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A database without a table. */
async function emptyPlace() {
  const name = `r_${process.pid}_${made.length}`;
  const { sql, close } = openDatabase(`${socketDir}?db=postgres`, { max: 1 });
  await sql.unsafe(`create database ${name} template template0`);
  await close();
  made.push(name);
  const data = join(folder, name);
  const url = `${socketDir}?db=${name}`;
  return { data, url, env: { DATABASE_URL: url, MILLWRIGHT_DATA: data, MILLWRIGHT_MASTER_KEY: KEY } };
}

it('brings everything back: every row of every table, the log, the chain, blobs, secrets, and the next number', async () => {
  const place = await emptyPlace();
  await restore(join(folder, 'b'), place.env);
  const there = openDatabase(place.url, { max: 2 });
  try {
    const names = await tableNames(f.sql);
    expect(await tableNames(there.sql)).toEqual(names);
    const contents = async (sql: typeof f.sql) =>
      Object.fromEntries(
        await Promise.all(
          names.map(async (name) => {
            const [row] = await sql.unsafe(
              `select count(*)::int as n, md5(string_agg(t::text, '|' order by t::text)) as all from "${name}" t`,
            );
            return [name, [row?.n, row?.all]];
          }),
        ),
      );
    const found = await contents(there.sql);
    expect(found).toEqual(await contents(f.sql));
    expect(found.audit?.[0]).toBe(5);
    const [one] = await there.db.select().from(tag).where(eq(tag.name, '总管压力'));
    const reader = await openLogReader(place.url);
    expect(await reader.readAfter([one?.laneId ?? 0], [0], 500)).toHaveLength(300);
    await reader.close();
    expect(await verifyAudit(there.db, ORG)).toMatchObject({ ok: true, entries: 5 });
    expect((await openBlobStore(place.data).get(there.db, ORG, bytes)).bytes.toString()).toBe('a waveform');
    expect(await openSecret(there.db, KEY, ORG, secret)).toBe('of a machine');
    const [next] = await there.db
      .insert(tag)
      .values({ orgId: ORG, assetId: one?.assetId ?? '', name: 'new' })
      .returning();
    expect(next?.id).toBeGreaterThan(Math.max(...(await f.db.select().from(tag)).map((row) => row.id)));
    // Row-level security stands again, on every table.
    const [open] = await there.sql`
      select count(*)::int as n from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and not relrowsecurity and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id')`;
    expect(open?.n).toBe(0);
    await expect(readFile(join(place.data, 'running.json'))).rejects.toThrow('ENOENT');
  } finally {
    await there.close();
  }
  await expect(restore(join(folder, 'b'), place.env)).rejects.toThrow('has tables already');
});

it('refuses what is altered, of a newer version, under another key or no backup, and leaves nothing behind', async () => {
  const place = await emptyPlace();
  const b = join(folder, 'b');
  const left = async () => {
    const { sql, close } = openDatabase(place.url, { max: 1 });
    const names = await tableNames(sql);
    await close();
    return names;
  };
  await expect(restore(b, { ...place.env, MILLWRIGHT_MASTER_KEY: 'another key of forty letters, more or less' })).rejects.toThrow(
    'master key',
  );
  expect(await left()).toEqual([]);
  await expect(restore(b, { ...place.env, MILLWRIGHT_MASTER_KEY: '' })).rejects.toThrow('without its master key');
  const head = JSON.parse(await readFile(join(b, 'backup.json'), 'utf8'));
  await writeFile(join(b, 'backup.json'), JSON.stringify({ ...head, migrations: [...head.migrations, '9999_later'] }));
  await expect(restore(b, place.env)).rejects.toThrow('9999_later');
  await writeFile(join(b, 'backup.json'), JSON.stringify({ ...head, format: 2 }));
  await expect(restore(b, place.env)).rejects.toThrow('format 2');
  await writeFile(join(b, 'backup.json'), JSON.stringify(head));
  await writeFile(tableFile(b, 'audit'), await readFile(tableFile(b, 'tag')));
  await expect(restore(b, place.env)).rejects.toThrow();
  expect(await left()).toEqual([]);
  await expect(restore(join(folder, 'none'), place.env)).rejects.toThrow('no such file');
  await expect(backup(f, b, { withKey: false })).rejects.toThrow('not empty');
});
