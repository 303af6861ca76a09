import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Sql } from 'postgres';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { masterKeyFits } from '#drizzle/secrets.ts';
import { refuseSecond } from '#runtime/supervisor/lock.ts';
import { startPostgres } from '#runtime/supervisor/postgres.ts';
import { MIGRATIONS, tableNames } from './backup.ts';
import { type Backup, knownMigrations, readBackup, tableFile } from './backup-format.ts';
import { Refused } from './outcome.ts';
import { dataFolderOf, type Environment } from './product.ts';

/**
 * `mw restore`: a backup into an empty place. Refused where a product runs or ran: nothing is ever overwritten. One that fails takes away what it has made.
 */
export async function restore(folder: string, env: Environment = process.env): Promise<{ backup: Backup; dataFolder: string }> {
  const backup = await readBackup(folder);
  const dataFolder = dataFolderOf(env);
  const masterKey = await keyFor(folder, backup, dataFolder, env);
  const migrations = await migrationsOf(backup);
  refuseUsed(dataFolder, env.DATABASE_URL);
  mkdirSync(dataFolder, { recursive: true, mode: 0o711 });
  const server = env.DATABASE_URL ? undefined : await startPostgres({ dataFolder });
  const url = env.DATABASE_URL || server?.socketDir || '';
  let whole = false;
  try {
    const database = openDatabase(url, { max: 1, name: 'mw restore' });
    try {
      await refuseFilled(database.sql);
      try {
        await migrate(database.db, { migrationsFolder: migrations });
        await database.sql.begin(async (sql) => load(sql as unknown as Sql, folder, backup));
        if (masterKey && !(await masterKeyFits(database.db, masterKey)))
          throw new Refused(['the master key is not the one that the backup was made under']);
      } catch (error) {
        // It was empty: whatever is there now was made here.
        if (!server)
          await database.sql`drop schema if exists drizzle cascade; drop schema public cascade; create schema public`.simple();
        throw error;
      }
    } finally {
      await database.close();
    }
    // What came after the backup was made, and row-level security, which covers every table anew.
    await migrateDatabase(url, env.QUEUE_URL ? { queueUrl: env.QUEUE_URL } : {});
    if (existsSync(join(folder, 'files')))
      await cp(join(folder, 'files'), dataFolder, { recursive: true, force: false, errorOnExist: false });
    if (masterKey && !env.MILLWRIGHT_MASTER_KEY)
      await writeFile(join(dataFolder, 'master.key'), `${masterKey}\n`, { mode: 0o600, flush: true });
    whole = true;
    return { backup, dataFolder };
  } finally {
    await server?.stop();
    if (server && !whole) await removeServer(dataFolder);
    await rm(migrations, { recursive: true });
  }
}

/** The embedded database of a restore that failed; its folder may be a link. */
async function removeServer(dataFolder: string): Promise<void> {
  const home = join(dataFolder, 'postgres');
  await rm(realpathSync(home), { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
}

function refuseUsed(dataFolder: string, databaseUrl: string | undefined): void {
  try {
    refuseSecond(dataFolder);
  } catch (error) {
    throw new Refused([error instanceof Error ? error.message : String(error)]);
  }
  if (!databaseUrl && existsSync(join(dataFolder, 'postgres')))
    throw new Refused([
      `${dataFolder}: has a database already; name an empty folder with MILLWRIGHT_DATA. Nothing is ever overwritten.`,
    ]);
}

async function refuseFilled(sql: Sql): Promise<void> {
  const [found, ...more] = await tableNames(sql);
  if (found)
    throw new Refused([
      `the database has tables already (${found} and ${more.length} more); name an empty one with DATABASE_URL`,
    ]);
}

/** The key: in the backup, in the environment, or in the data folder. Without one, only what is not sealed comes back. */
async function keyFor(folder: string, backup: Backup, dataFolder: string, env: Environment): Promise<string | undefined> {
  if (env.MILLWRIGHT_MASTER_KEY) return env.MILLWRIGHT_MASTER_KEY;
  if (backup.withKey) return (await readFile(join(folder, 'master.key'), 'utf8')).trim();
  const file = join(dataFolder, 'master.key');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new Refused([
    `the backup is without its master key: set MILLWRIGHT_MASTER_KEY to the key of the product that it was made of, or put that product's master.key into ${dataFolder}`,
  ]);
}

/** A folder with the migrations up to the backup's last one, so that its rows meet the tables that they came from. */
async function migrationsOf(backup: Backup): Promise<string> {
  const known = await knownMigrations(MIGRATIONS);
  const missing = backup.migrations.find((tag, i) => known[i]?.tag !== tag);
  if (missing)
    throw new Refused([
      `the backup is of a newer or another version of Millwright (it has "${missing}"); restore it with that version`,
    ]);
  const folder = await mkdtemp(join(tmpdir(), 'mw-restore-'));
  await mkdir(join(folder, 'meta'));
  const journal = JSON.parse(await readFile(join(MIGRATIONS, 'meta', '_journal.json'), 'utf8')) as Record<string, unknown>;
  const entries = known.slice(0, backup.migrations.length);
  await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries }));
  for (const { tag } of entries) await cp(join(MIGRATIONS, `${tag}.sql`), join(folder, `${tag}.sql`));
  return folder;
}

async function load(sql: Sql, folder: string, backup: Backup): Promise<void> {
  for (const day of backup.days) await sql`select log_make_days(${day}, ${day})`;
  const have = new Set(await tableNames(sql));
  const wanted = new Map(backup.tables.map((table) => [table.name, table]));
  const unknown = [...wanted.keys()].filter((name) => !have.has(name));
  if (unknown.length > 0) throw new Refused([`the backup has tables that its version does not know: ${unknown.join(', ')}`]);
  // Migrations may have made rows; the backup has them as they were later.
  await sql.unsafe(`truncate ${[...have].map((name) => `"${name}"`).join(', ')}`);
  for (const name of await parentsFirst(sql, [...wanted.keys()])) {
    const table = wanted.get(name);
    if (table) await copyIn(sql, folder, table);
  }
  for (const [name, value] of Object.entries(backup.sequences)) await sql`select setval(${name}::regclass, ${value}::int8)`;
}

async function copyIn(sql: Sql, folder: string, { name, rows, sha256 }: Backup['tables'][number]): Promise<void> {
  const hash = createHash('sha256');
  const checked = new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      done(null, part);
    },
    flush(done) {
      done(hash.digest('hex') === sha256 ? null : new Refused([`${tableFile(folder, name)}: was altered or is not whole`]));
    },
  });
  const file = tableFile(folder, name);
  const into = await sql`copy ${sql(name)} from stdin (format binary)`.writable();
  await pipeline(createReadStream(file), createZstdDecompress(), checked, into);
  const [count] = await sql<{ n: string }[]>`select count(*) as n from ${sql(name)}`;
  if (Number(count?.n) !== rows) throw new Refused([`${file}: ${count?.n ?? 0} rows came of ${rows}`]);
}

/** Tables in an order in which every row finds the row that it refers to. */
async function parentsFirst(sql: Sql, names: readonly string[]): Promise<string[]> {
  const rows = await sql<{ child: string; parent: string }[]>`
    select distinct c.relname as child, p.relname as parent from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid where k.contype = 'f' and c.oid <> p.oid`;
  const open = new Set(names);
  const order: string[] = [];
  while (open.size > 0) {
    const free = [...open].filter((name) => rows.every((row) => row.child !== name || !open.has(row.parent)));
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...open].join(', ')}`);
    for (const name of free) {
      open.delete(name);
      order.push(name);
    }
  }
  return order;
}
