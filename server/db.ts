import { sql } from 'drizzle-orm';
import { type Database, openDatabase, type Tx } from '#drizzle/client.ts';
import { WEB_ROLE } from '#drizzle/policies.ts';
import { env } from './env.ts';

/**
 * The pool of the web process. It works under the role that row-level security binds: outside `withTenant` it sees no tenant's rows.
 * Kept on `globalThis` because the development server loads this module anew at every edit and would leak a pool each time.
 */
const held = globalThis as typeof globalThis & { millwrightWebDatabase?: Database };

export function database(): Database {
  held.millwrightWebDatabase ??= openDatabase(env().DATABASE_URL, { max: 12, role: WEB_ROLE, name: 'millwright-web' });
  return held.millwrightWebDatabase;
}

/**
 * Runs `fn` in one transaction that sees and changes only the rows of `orgId`. What `fn` throws undoes everything. Do not wait for the outside
 * world inside: the transaction holds a connection.
 */
export async function withTenant<T>(orgId: string, fn: (tx: Tx) => Promise<T>): Promise<T> {
  return database().db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('millwright.org', ${orgId}, true)`);
    return fn(tx);
  });
}
