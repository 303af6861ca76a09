import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { databaseAddress } from './address.ts';
import * as schema from './schema/index.ts';

/**
 * One pool of postgres.js connections with the schema. `url` is a PostgreSQL URL or, for the embedded server, the folder of its
 * unix socket (`/…/socket`, or `/…/socket?db=name` for another database than `millwright`).
 */
export function openDatabase(url: string, options: { max?: number; role?: string; name?: string } = {}) {
  const connection = { application_name: options.name ?? 'millwright', ...(options.role ? { role: options.role } : {}) };
  // its own pauses grow to 20 s: too long for leases that must be renewed as soon as the server is back
  const backoff = (attempts: number) => Math.min(0.5, 0.02 * 2 ** attempts);
  const common = { max: options.max ?? 10, connection, backoff, onnotice: () => {} };
  const address = databaseAddress(url);
  const sql =
    address.kind === 'socket'
      ? postgres({ path: `${address.folder}/.s.PGSQL.5432`, user: address.user, database: address.database, ...common })
      : postgres(address.url, common);
  const db = drizzle(sql, { schema });
  // A stop has five seconds in all, and a process closes two pools: one that still waits for an answer is cut.
  return { db, sql, close: () => sql.end({ timeout: 1 }) };
}
export type Database = ReturnType<typeof openDatabase>;
export type Db = Database['db'];
/** A transaction or the pool: what a query function takes. */
export type Tx = Db | Parameters<Parameters<Db['transaction']>[0]>[0];
