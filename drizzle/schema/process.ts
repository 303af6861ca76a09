import { integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/**
 * Liveness of the product's processes: each upserts its row every two seconds (`runtime/supervisor/beat.ts`); `GET /api/health`
 * and the administration screen read it. A row whose beat is old belongs to a process that hangs or died; a clean stop removes it.
 * Belongs to the platform, not to an organization.
 */
export const process = pgTable('process', {
  /** Unique and stable over restarts where a supervisor gives names: `worker-1@host`. */
  name: text('name').primaryKey(),
  kind: text('kind').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  started: at('started').notNull(),
  beat: at('beat').notNull().defaultNow(),
  /** What this kind of process has to tell, in plain numbers and words: shards held, connections up, lag in seconds … */
  facts: jsonb('facts').$type<Record<string, unknown>>().notNull().default({}),
});
