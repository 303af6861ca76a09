import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Refused } from './outcome.ts';

/**
 * A backup is a folder: `backup.json`, the rows of every table in `tables/<name>.copy.zst` (PostgreSQL's binary COPY, zstd), and `files/` with what the
 * data folder keeps beside the database (blobs, cold history, certificates, notes of the audit log). `backup.json` is written last: a folder without it is
 * no backup.
 */
export const BACKUP_FORMAT = 1;
const backup = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  /** ISO 8601: all tables as they were at this moment. */
  at: z.string(),
  /** Names of the migrations that made the tables, in order. */
  migrations: z.array(z.string()),
  tables: z.array(z.strictObject({ name: z.string(), rows: z.number().int(), sha256: z.string() })),
  /** Numbers that were dealt out, by sequence. */
  sequences: z.record(z.string(), z.string()),
  /** Days of the log, as partitions. */
  days: z.array(z.number().int()),
  files: z.number().int(),
  /** Whether the master key is inside; without it, sealed secrets open only where it is given. */
  withKey: z.boolean(),
});
export type Backup = z.infer<typeof backup>;

/** Not in a backup: the database's own files, what can be made anew, and what belongs to running processes. */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  'postgres',
  'code-cache',
  'log',
  'worker',
  'running.json',
  'master.key',
  'web',
]);

export const tableFile = (folder: string, name: string): string => join(folder, 'tables', `${name}.copy.zst`);

export async function readBackup(folder: string): Promise<Backup> {
  const file = join(folder, 'backup.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Refused([`${file}: there is no such file; a backup is a folder that mw backup finished`]);
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new Refused([`${file}: is no JSON`]);
  }
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > BACKUP_FORMAT)
    throw new Refused([
      `${file}: format ${format}; this version reads up to ${BACKUP_FORMAT}. Restore with a newer version of Millwright.`,
    ]);
  const parsed = backup.safeParse(raw);
  if (!parsed.success)
    throw new Refused([`${file}: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`]);
  return parsed.data;
}

interface Journal {
  readonly entries: readonly { readonly tag: string; readonly when: number }[];
}
/** Migrations of this version, with the time that marks each as done. */
export async function knownMigrations(folder: string): Promise<Journal['entries']> {
  return (JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8')) as Journal).entries;
}
