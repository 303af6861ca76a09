import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { keepHousekeeper } from '#runtime/historian/housekeeper.ts';
import { blobPath, openBlobStore } from '#runtime/log/blobs.ts';
import { keepHouse } from './keep-house.ts';

const start = (env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

test('one run in a process of its own: hours, log, blobs; two at once do not meet; killed, the next one does the rest', async () => {
  await using database = await testDatabase();
  const { sql, db, url } = database;
  const folder = mkdtempSync(join(tmpdir(), 'mw-house-'));
  try {
    await sql`select log_make_days(log_today() - 20, log_today() + 1)`;
    const [lane] = await sql<{ id: number }[]>`insert into lane (org_id, kind) values ('a', 'scan') returning id`;
    await sql`insert into log (day, lane, seq, at, n, data) values (log_today() - 20, ${lane?.id ?? 0}, 1, 0, 1, '\\x01')`;
    await sql`insert into history_cursor (lane_id, seq) values (${lane?.id ?? 0}, 1)`;
    await sql`insert into rollup (tag_id, day, org_id) values (1, log_today() - 20, 'a')`;
    const hash = await openBlobStore(folder).put(db, 'a', Buffer.from('unused'), 'text/plain');
    await sql`update blob set last_used_at = now() - interval '5 hours', doomed_at = now() - interval '2 hours'`;
    const env = { DATABASE_URL: url, MILLWRIGHT_DATA: folder };
    // Killed while it waits for a partition that is being read.
    await sql.begin(async (tx) => {
      await tx`lock table ${tx(`log_${Math.floor(Date.now() / 86_400_000) - 20}`)} in access share mode`;
      const killed = start(env);
      await expect
        .poll(async () => (await sql`select from pg_locks where not granted and locktype = 'relation'`).length, {
          timeout: 40_000,
          interval: 10,
        })
        .toBeGreaterThan(0);
      killed.kill('SIGKILL');
      await once(killed, 'exit');
    });
    const both = [start(env), start(env)];
    const reports: { done: Record<string, unknown>; problems: unknown[] }[] = [];
    await Promise.all(
      both.map(async (child) => {
        child.on('message', (report) => reports.push(report as never));
        expect(await once(child, 'close')).toEqual([0, null]);
      }),
    );
    // Usually one finds the other at it; on a slow machine they may come one after the other.
    expect(reports.length).toBeGreaterThan(0);
    for (const { problems } of reports) expect(problems).toEqual([]);
    expect(await sql`select from log`).toHaveLength(0);
    expect(await sql`select from log_archive`).toHaveLength(1);
    expect(await sql`select from rollup where data is null or length(data) = 0`).toHaveLength(0);
    expect(existsSync(blobPath(folder, hash))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a log that something standing still keeps from going is told', async () => {
  await using database = await testDatabase();
  const { sql, url } = database;
  const folder = mkdtempSync(join(tmpdir(), 'mw-house-'));
  try {
    await sql`select log_make_days(log_today() - 20, log_today() + 1)`;
    const [lane] = await sql<{ id: number }[]>`insert into lane (org_id, kind) values ('a', 'scan') returning id`;
    await sql`insert into log (day, lane, seq, at, n, data) values (log_today() - 20, ${lane?.id ?? 0}, 1, 0, 1, '\\x01')`;
    const child = start({ DATABASE_URL: url, MILLWRIGHT_DATA: folder });
    const [report] = (await once(child, 'message')) as [{ problems: unknown[] }];
    await once(child, 'close');
    const date = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10);
    expect(report.problems).toEqual([{ code: 'log-held', params: { date, by: 'historian' }, step: 'log' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a step that cannot be done is told and does not keep the others from their work', async () => {
  const [full, wrapped] = [
    Object.assign(new Error('write /secret/path'), { code: 'ENOSPC' }),
    Object.assign(new Error('x'), { code: '53100' }),
  ];
  const told: unknown[] = [];
  const report = await keepHouse(
    [
      { name: 'log', run: () => Promise.reject(full) },
      { name: 'cold', run: () => Promise.reject(new Error('Failed query: …', { cause: wrapped })) },
      { name: 'hours', run: () => Promise.reject(new Error('/secret/path')) },
      {
        name: 'held',
        run: async () => ({ dropped: 1, problem: { code: 'log-held', params: { date: '2026-01-01', by: 'shard 5' } } as const }),
      },
      { name: 'blobs', run: async () => ({ removed: 3 }) },
    ],
    new AbortController().signal,
    (step) => told.push(step),
  );
  expect(report.problems).toEqual([
    { code: 'disk-full', step: 'log' },
    { code: 'database-full', step: 'cold' },
    { code: 'failed-unknown', step: 'hours' },
    { code: 'log-held', params: { date: '2026-01-01', by: 'shard 5' }, step: 'held' },
  ]);
  expect(told).toEqual(['log', 'cold', 'hours']);
  expect(report.done).toEqual({ held: { dropped: 1 }, blobs: { removed: 3 } });
});

test('the historian starts it, hears what it says, and says so when it does not even begin', async () => {
  await using database = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'mw-house-'));
  const before = { ...process.env };
  const heard: unknown[] = [];
  const hear = async (url: string) => {
    const stop = new AbortController();
    Object.assign(process.env, { DATABASE_URL: url, MILLWRIGHT_DATA: folder });
    const keeping = keepHousekeeper(
      (facts) => {
        heard.push(facts);
        stop.abort();
      },
      stop.signal,
      { firstMs: 0 },
    );
    await keeping;
  };
  try {
    await hear(database.url);
    await hear('');
    expect(heard).toMatchObject([
      { problems: [], tookMs: expect.any(Number) },
      { problems: [{ code: 'house-ended', params: { by: 'exit 1' } }] },
    ]);
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true });
  }
});
