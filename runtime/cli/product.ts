import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sql } from 'drizzle-orm';
import { type Database, openDatabase } from '#drizzle/client.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { findRunning } from '#runtime/supervisor/postgres.ts';
import { FAILED, Refused } from './outcome.ts';

/** The running product that a command works on: its database, as owner, and its data folder. */
export interface Product extends Database {
  /** As in `DATABASE_URL`. */
  readonly url: string;
  /** Absolute. */
  readonly dataFolder: string;
}

/** The part of the environment that says where the product is. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const dataFolderOf = (env: Environment = process.env): string => resolve(env.MILLWRIGHT_DATA || '.millwright');

/** `DATABASE_URL`, or the embedded database that runs on `MILLWRIGHT_DATA` (`.millwright` here). Refused when neither answers. */
export async function openProduct(): Promise<Product> {
  const dataFolder = dataFolderOf();
  const url = process.env.DATABASE_URL || (await findRunning(dataFolder));
  if (!url)
    throw new Refused([
      `no product runs on ${dataFolder}: start it with "npm start", or say where it is with MILLWRIGHT_DATA (its data folder) or DATABASE_URL`,
    ]);
  const database = openDatabase(url, { max: 4, name: 'mw' });
  try {
    const [row] = await database.db.execute<{ ready: boolean }>(sql`select to_regclass('public.run') is not null as ready`);
    if (!row?.ready) throw new Refused(['the database has no tables of Millwright yet: start the product once with "npm start"']);
  } catch (error) {
    await database.close();
    if (error instanceof Refused) throw error;
    throw new Refused([
      `the database does not answer: ${error instanceof Error ? error.message || String(error) : String(error)}`,
    ]);
  }
  return { ...database, url, dataFolder };
}

/** `MILLWRIGHT_MASTER_KEY`, or the key that the product made at its first start. */
export function masterKeyOf(dataFolder: string): string {
  if (process.env.MILLWRIGHT_MASTER_KEY) return process.env.MILLWRIGHT_MASTER_KEY;
  const file = join(dataFolder, 'master.key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Refused([
      `the master key is needed: set MILLWRIGHT_MASTER_KEY, or MILLWRIGHT_DATA to the folder that has master.key (not ${file})`,
    ]);
  }
}

/** A program that cannot be interrupted takes this process down, and nothing else. */
export function endWith(error: SandboxError): never {
  console.error(`the run cannot be stopped: ${error.message}${error.node ? ` (block ${error.node})` : ''}`);
  process.exit(FAILED);
}
