import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema/index.ts';

/**
 * One pool of postgres.js connections with the schema. `url` is a PostgreSQL URL or, for the embedded server, the folder of its
 * unix socket (`/…/socket`).
 */
export function openDatabase(url: string, options: { max?: number; role?: string; name?: string } = {}) {
  const connection = { application_name: options.name ?? 'millwright', ...(options.role ? { role: options.role } : {}) };
  const common = { max: options.max ?? 10, connection, onnotice: () => {} };
  const sql = url.startsWith('/')
    ? postgres({ path: `${url}/.s.PGSQL.5432`, user: 'millwright', database: 'millwright', ...common })
    : postgres(url, common);
  const db = drizzle(sql, { schema });
  return { db, sql, close: () => sql.end({ timeout: 5 }) };
}
export type Database = ReturnType<typeof openDatabase>;
export type Db = Database['db'];
/** A transaction or the pool: what a query function takes. */
export type Tx = Db | Parameters<Parameters<Db['transaction']>[0]>[0];
