import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createZstdCompress } from 'node:zlib';
import type { ReservedSql, Sql } from 'postgres';
import { BACKUP_FORMAT, type Backup, knownMigrations, LEFT_OUT, tableFile } from './backup-format.ts';
import { Refused } from './outcome.ts';
import { masterKeyOf, type Product } from './product.ts';

export const MIGRATIONS = fileURLToPath(new URL('../../drizzle/migrations', import.meta.url));

/**
 * `mw backup`: the running product as of one moment. The tables are read in one snapshot; files are stored before the rows that name them, and copied after
 * the snapshot was taken, so every row finds its file.
 */
export async function backup(product: Product, folder: string, options: { withKey: boolean }): Promise<Backup> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new Refused([`${folder}: is not empty; name a new folder`]);
  await mkdir(join(folder, 'tables'));
  const key = options.withKey ? masterKeyOf(product.dataFolder) : undefined;
  const session = await product.sql.reserve();
  try {
    await session`begin transaction isolation level repeatable read read only`;
    const head = await headOf(session);
    const tables: Backup['tables'] = [];
    for (const name of await tableNames(session))
      tables.push({ name, ...(await copyOut(session, name, tableFile(folder, name))) });
    await session`commit`;
    const files = await copyFiles(product.dataFolder, join(folder, 'files'), folder);
    if (key !== undefined) await writeFile(join(folder, 'master.key'), `${key}\n`, { mode: 0o600 });
    const made: Backup = { format: BACKUP_FORMAT, ...head, tables, files, withKey: key !== undefined };
    await writeFile(join(folder, 'backup.json'), `${JSON.stringify(made, null, 2)}\n`, { flush: true });
    return made;
  } finally {
    await session`rollback`;
    session.release();
  }
}

async function headOf(session: ReservedSql): Promise<Pick<Backup, 'at' | 'migrations' | 'sequences' | 'days'>> {
  const [now] = await session<{ at: number }[]>`select extract(epoch from now())::float8 * 1000 as at`;
  const done = await session<
    { at: string }[]
  >`select created_at::text as at from drizzle.__drizzle_migrations order by created_at`;
  const known = new Map((await knownMigrations(MIGRATIONS)).map((entry) => [String(entry.when), entry.tag]));
  const migrations = done.map(({ at }) => {
    const tag = known.get(at);
    if (!tag) throw new Refused(['the database was made by a newer version of Millwright; back it up with that version']);
    return tag;
  });
  const sequences = await session<{ name: string; value: string | null }[]>`
    select sequencename as name, last_value::text as value from pg_sequences where schemaname = 'public'`;
  const days = await session<{ day: number }[]>`
    select substring(c.relname from '^log_(\\d+)$')::int as day from pg_class c where c.relispartition and c.relname ~ '^log_\\d+$' and c.relkind = 'r' order by 1`;
  return {
    at: new Date(Number(now?.at)).toISOString(),
    migrations,
    sequences: Object.fromEntries(sequences.flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))),
    days: days.map((row) => row.day),
  };
}

/** Tables of the product; a partition's rows come with the table that it is a part of. */
export async function tableNames(sql: Sql | ReservedSql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname`;
  return rows.map((row) => row.name);
}

async function copyOut(session: ReservedSql, name: string, file: string): Promise<{ rows: number; sha256: string }> {
  const [count] = await session<{ n: string }[]>`select count(*) as n from ${session(name)}`;
  const from = await session`copy (select * from ${session(name)}) to stdout (format binary)`.readable();
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      done(null, part);
    },
  });
  await pipeline(from, hashed, createZstdCompress(), createWriteStream(file, { flags: 'wx' }));
  return { rows: Number(count?.n ?? 0), sha256: hash.digest('hex') };
}

/** What the data folder keeps beside the database. A file that goes away meanwhile was named by no row of the snapshot. */
async function copyFiles(from: string, to: string, backupFolder: string): Promise<number> {
  let copied = 0;
  const walk = async (at: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch(gone<[]>([]));
    for (const entry of entries) {
      const path = join(at, entry.name);
      const place = relative(from, path);
      if (LEFT_OUT.has(place) || path === backupFolder) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile() && !entry.name.endsWith('.tmp')) {
        await mkdir(dirname(join(to, place)), { recursive: true, mode: 0o700 });
        if (await copyFile(path, join(to, place)).then(() => true, gone(false))) copied++;
      }
    }
  };
  await walk(from);
  return copied;
}

const gone =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };

export function printBackup(folder: string, made: Backup): string {
  const rows = made.tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `${folder}: the product as of ${made.at}; ${made.tables.length} tables, ${rows} rows, ${made.files} files`,
    made.withKey
      ? 'The master key is inside: whoever has this folder can open every sealed secret.'
      : 'The master key is NOT inside: keep it elsewhere. Without it passwords of connections and other sealed secrets are lost.',
    `Restore it into an empty data folder: MILLWRIGHT_DATA=<folder> mw restore ${folder}`,
  ].join('\n');
}
