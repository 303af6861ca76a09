import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { migrateQueue } from '#runtime/queue/migrate.ts';
import { openDatabase } from './client.ts';
import { applyPolicies } from './policies.ts';

/** Brings a database up to date: the product's tables with their row-level security, and the queue's when the queue is PostgreSQL too. Repeating it does nothing. */
export async function migrateDatabase(url: string, options: { queueUrl?: string } = {}): Promise<void> {
  const database = openDatabase(url, { max: 1, name: 'millwright migrate' });
  try {
    // Two starters at once would run the same migration twice; the second waits and then finds nothing to do.
    await database.sql`select pg_advisory_lock(hashtext('millwright migrate'))`;
    await migrate(database.db, { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) });
    await applyPolicies(database.sql);
    if (!options.queueUrl) await migrateQueue(url);
  } finally {
    await database.close();
  }
}
