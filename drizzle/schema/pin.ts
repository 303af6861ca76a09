import { doublePrecision, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { PinSource } from '#runtime/replay/pin.ts';
import { app } from './app.ts';
import { at, id, orgId } from './columns.ts';

/**
 * What one person looks at one app with: recorded data that a worker holds in memory, and the newest question about it. One row a person and app; a newer
 * question takes the place of the one before. Unlogged: it is gone with a crash of the database, and asked again.
 */
export const pin = pgTable(
  'pin',
  {
    id: id(),
    orgId: orgId(),
    userId: text('user_id').notNull(),
    appId: uuid('app_id')
      .notNull()
      .references(() => app.id, { onDelete: 'cascade' }),
    source: jsonb('source').$type<PinSource>().notNull(),
    /** The graph to run, as JSON; absent where the source says which, or where only its columns are asked for. */
    graph: text('graph'),
    parameters: jsonb('parameters').$type<Record<string, number | boolean | string>>().notNull().default({}),
    /** Number of the newest question, and of the newest that is answered. */
    asked: integer('asked').notNull().default(1),
    answered: integer('answered').notNull().default(0),
    /** JSON of a `PinAnswer`: read by nobody but the page that asked. */
    answer: text('answer'),
    /** Worker that holds the data, as in `shard.holder`. */
    holder: text('holder'),
    /** Done with how much of the question, 0..1. */
    progress: doublePrecision('progress').notNull().default(0),
    usedAt: at('used_at').notNull().defaultNow(),
  },
  (t) => [unique().on(t.orgId, t.userId, t.appId)],
);
