import { bigint, doublePrecision, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { orgId } from './columns.ts';

/**
 * When a step was begun and when it was committed, for traces from a sample to a screen or a machine: some of all steps and those that failed
 * on something (`runtime/worker/step-times.ts`), kept for an hour. All other hops stand in the log and the outbox.
 */
export const stepTime = pgTable(
  'step_time',
  {
    shardId: integer('shard_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    orgId: orgId(),
    /** Why it was kept: the first of some seconds, or a row was set aside in it. */
    kept: text('kept').$type<'head' | 'failure'>().notNull(),
    /** Epoch ms by the worker's clock: its entries were read, its results were in the database. */
    readAt: doublePrecision('read_at').notNull(),
    committedAt: doublePrecision('committed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shardId, t.step] }), index().on(t.committedAt)],
);
