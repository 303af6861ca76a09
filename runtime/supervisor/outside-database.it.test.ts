import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { WEB_ROLE } from '#drizzle/policies.ts';
import { checkOutsideDatabase, refuse } from './outside-database.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';

/** Loopback is a whole network: an address of its own spares the search for a free port. */
const HOST = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}`;
const PASSWORD = 'p@ss:word';
let folder: string;
let server: PostgresServer;

/** The embedded programs as somebody else's server: over TCP, with passwords. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mw-outside-'));
  chmodSync(folder, 0o711);
  const settings = { shared_buffers: '32MB', listen_addresses: HOST };
  server = await startPostgres({ dataFolder: folder, quickInit: true, settings });
  writeFileSync(join(server.dataDir, 'pg_hba.conf'), 'local all all trust\nhost all all 127.0.0.0/8 scram-sha-256\n');
  await asAdministrator('select pg_reload_conf()');
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function asAdministrator(...statements: string[]) {
  const { sql, close } = openDatabase(`${server.socketDir}?db=postgres`, { max: 1 });
  for (const statement of statements) await sql.unsafe(statement);
  await close();
}

const urlOf = (user: string, database: string, password = PASSWORD) =>
  `postgres://${user}:${encodeURIComponent(password)}@${HOST}:5432/${database}`;
const login = (user: string, rights = '') => `create role ${user} login password '${PASSWORD}' ${rights}`;

/** Once its web role is there, a tenant's rows are its own, and the rest is closed. */
async function keepsTenantsApart(url: string) {
  await migrateDatabase(url);
  await migrateDatabase(url); // every start does
  const owner = openDatabase(url, { max: 1 });
  await owner.sql`insert into organization (id, name, slug, created_at) values ('a', 'A', 'a', now()), ('b', 'B', 'b', now())`;
  await owner.sql`insert into lane (org_id, kind) values ('a', 'control'), ('b', 'control')`;
  const web = openDatabase(url, { max: 1, role: WEB_ROLE });
  const seen = await web.sql.begin(async (tx) => {
    await tx`select set_config('millwright.org', 'a', true)`;
    return tx`select org_id from lane`;
  });
  expect(seen.map((row) => row.org_id)).toEqual(['a']);
  expect(await web.sql`select org_id from lane`).toHaveLength(0);
  await expect(web.sql`select * from program`).rejects.toThrow('permission denied');
  await web.close();
  await owner.close();
}

describe('a user that is no superuser', () => {
  test('with createrole and a database of its own is all that is needed', async () => {
    await asAdministrator(login('own', 'createrole'), 'create database own_db owner own');
    const url = urlOf('own', 'own_db');
    await checkOutsideDatabase(url);
    await keepsTenantsApart(url);
  });

  test('without createrole is told what an administrator runs, and that is enough', async () => {
    await asAdministrator(login('plain'), 'create database plain_db owner plain');
    const url = urlOf('plain', 'plain_db');
    // The role may be there already: roles belong to the server, and another database of it may use Millwright.
    const refusal = await checkOutsideDatabase(url).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refusal).toContain('user "plain" may neither make nor use it; as an administrator run: ');
    await asAdministrator(...refusal.slice(refusal.indexOf('run: ') + 5).split(/(?<=;) /));
    await checkOutsideDatabase(url);
    await keepsTenantsApart(url);
  });

  test('that may make no schemas or tables is told which right is missing', async () => {
    await asAdministrator(login('guest'), 'create database others');
    await expect(checkOutsideDatabase(urlOf('guest', 'others'))).rejects.toThrow('grant create on database "others" to "guest";');
    await asAdministrator('grant create on database others to guest');
    await expect(checkOutsideDatabase(urlOf('guest', 'others'))).rejects.toThrow('grant create on schema public to "guest";');
  });
});

test.each<[string, () => string, RegExp]>([
  ['a wrong password', () => urlOf('own', 'own_db', 'wrong'), /:5432 refuses the password of user own/],
  ['a database that is not there', () => urlOf('own', 'absent'), /There is no database absent at 127\.77/],
  [
    'a port where nothing listens',
    () => 'postgres://u:p@127.0.0.1:1/d',
    /Nothing answers at 127\.0\.0\.1:1; check host and port/,
  ],
  [
    'a host that nobody knows',
    () => 'postgres://u:p@no-such-host.invalid/d',
    /The host no-such-host\.invalid of DATABASE_URL is not known/,
  ],
])('%s is told with what to look at', async (_what, url, sentence) => {
  await expect(checkOutsideDatabase(url())).rejects.toThrow(sentence);
});

test('a server that is too old is refused by its version', () => {
  const facts = { user: 'u', database: 'd', makesSchemas: true, makesTables: true, makesRoles: true, hasWebRole: false };
  expect(refuse({ ...facts, version: 150_004, versionText: '15.4' })).toBe(
    'The database at DATABASE_URL is PostgreSQL 15.4; Millwright needs 16 or newer.',
  );
  expect(refuse({ ...facts, version: 160_000, versionText: '16.0' })).toBeUndefined();
});

test('npm start says it in one sentence, without the password', () => {
  const entry = fileURLToPath(new URL('./start.ts', import.meta.url));
  const env = { NODE_ENV: 'production', PATH: process.env.PATH ?? '', LANG: 'en_US.UTF-8', PORT: '1024' } as const;
  const { status, stdout } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', entry, '--dev'], {
    env: { ...env, MILLWRIGHT_DATA: join(folder, 'data'), DATABASE_URL: urlOf('own', 'own_db', 'not this one') },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stdout).toContain(`The database at ${HOST}:5432 refuses the password of user own`);
  expect(stdout).not.toContain('not this one');
});
