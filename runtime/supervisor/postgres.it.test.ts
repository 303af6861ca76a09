import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openDatabase } from '#drizzle/client.ts';
import { openDatabaseOfStart } from './database.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';

const opened: { folder: string; servers: PostgresServer[] }[] = [];

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'mw-pg-'));
  chmodSync(folder, 0o711);
  const here = { folder, servers: [] as PostgresServer[] };
  opened.push(here);
  return {
    folder,
    async start() {
      const server = await startPostgres({ dataFolder: folder, quickInit: true, settings: { shared_buffers: '16MB' } });
      here.servers.push(server);
      return server;
    },
  };
}

afterEach(async () => {
  for (const { folder, servers } of opened.splice(0)) {
    await servers.at(-1)?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function query<T>(socketDir: string, statement: string): Promise<T | undefined> {
  const { sql, close } = openDatabase(socketDir, { max: 1 });
  try {
    const [row] = await sql.unsafe(statement);
    return row?.value as T | undefined;
  } finally {
    await close();
  }
}

test('a postmaster killed with -9 is started again at once and has everything that was committed', async () => {
  const { start } = place();
  const first = await start();
  await query(first.socketDir, `create table kept as select 41 + 1 as value`);
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await start(); // at once: the killed server's children may not have left yet
  expect(second.adopted).toBe(false);
  expect(second.pid).not.toBe(first.pid);
  expect(await query(second.socketDir, 'select value from kept')).toBe(42);
});

test('a postmaster killed with -9 while the product runs is brought back by it, at the same address', async () => {
  const { folder } = place();
  const settings = {
    dataFolder: folder,
    databaseUrl: undefined,
    postgres: { quickInit: true, settings: { shared_buffers: '16MB' } },
  };
  const database = await openDatabaseOfStart(settings);
  try {
    await query(database.url, 'create table kept as select 41 + 1 as value');
    const postmaster = () => Number(readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    const killed = postmaster();
    // A connection that was open lives through it as every process' pool does.
    const pool = openDatabase(database.url, { max: 1 });
    await pool.sql`select 1`;
    process.kill(killed, 'SIGKILL');
    // The killed server's children answer for a moment longer: only another postmaster proves anything.
    await expect.poll(postmaster, { timeout: 30_000, interval: 100 }).not.toBe(killed);
    const answer = () => pool.sql`select value from kept`.catch(() => []).then(([row]) => row?.value);
    await expect.poll(answer, { timeout: 30_000, interval: 100 }).toBe(42);
    await pool.close();
  } finally {
    await database.stop();
  }
  expect(existsSync(join(folder, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
});

test('a server whose supervisor was killed with -9 is adopted, not doubled, and can be stopped', async () => {
  const { folder, start } = place();
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)});
    const server = await startPostgres({ dataFolder: ${JSON.stringify(folder)}, quickInit: true, settings: { shared_buffers: '16MB' } });
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(supervisor.stdout, 'data');
  const pid = Number(String(line));
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');
  const adopted = await start();
  expect(adopted).toMatchObject({ pid, adopted: true });
  expect(await query(adopted.socketDir, 'select 7 as value')).toBe(7);
  await adopted.stop();
  expect(() => process.kill(pid, 0)).toThrow();
  expect(existsSync(join(adopted.dataDir, 'postmaster.pid'))).toBe(false);
});

test('it listens on its socket alone, in a folder closed to others, and never runs as root', async () => {
  const { start } = place();
  const server = await start();
  expect(await query(server.socketDir, `select current_setting('listen_addresses') as value`)).toBe('');
  expect(await query(server.socketDir, `select current_setting('fsync') as value`)).toBe('on');
  const { statSync } = await import('node:fs');
  expect(statSync(server.socketDir).mode & 0o077).toBe(0);
  expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
});

test('a server that cannot start says why, instead of being tried for minutes', async () => {
  const { folder } = place();
  const started = startPostgres({ dataFolder: folder, quickInit: true, settings: { shared_buffers: 'plenty' } });
  await expect(started).rejects.toThrow(/does not start on .*invalid value for parameter "shared_buffers": "plenty"/);
});
