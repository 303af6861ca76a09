import { runMigrations } from 'bullmq';
import pg from 'pg';
import { pgOptions } from '#drizzle/address.ts';

/** BullMQ's tables live in a schema of their own beside the product's. */
export const QUEUE_SCHEMA = 'bullmq';

/** Brings BullMQ's PostgreSQL schema up to date: once per start, never in the web process. Does nothing when it is. */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client(pgOptions(databaseUrl));
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}
