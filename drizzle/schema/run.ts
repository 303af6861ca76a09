import { sql } from 'drizzle-orm';
import { doublePrecision, index, jsonb, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { at, createdAt, id, orgId } from './columns.ts';
import type { Reason } from './reason.ts';

/** A test on recorded data, a backtest, a proof, or a shadow on live data: asked for here, run on a worker, the report stays. */
export const run = pgTable(
  'run',
  {
    id: id(),
    orgId: orgId(),
    kind: text('kind').$type<'test' | 'backtest' | 'verify' | 'shadow'>().notNull(),
    appId: uuid('app_id'),
    releaseId: uuid('release_id'),
    /** Graph, bindings, window (from, to in epoch ms), input (`arrived` or `corrected`). */
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    status: text('status').$type<'queued' | 'running' | 'done' | 'failed' | 'cancelled'>().notNull().default('queued'),
    /** 0..1 */
    progress: doublePrecision('progress').notNull().default(0),
    report: jsonb('report').$type<Record<string, unknown>>(),
    error: jsonb('error').$type<Reason>(),
    /** Times that a worker began with it. It is also the fence: only the attempt that the row names may write. */
    attempts: smallint('attempts').notNull().default(0),
    /** Who works on it, as in `shard.holder`, and until when without a sign of life. */
    holder: text('holder'),
    leaseUntil: at('lease_until'),
    createdBy: text('created_by'),
    createdAt: createdAt(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    index().on(t.orgId, t.createdAt),
    index().on(t.appId, t.createdAt),
    // what is open is looked for again and again
    index().on(t.createdAt).where(sql`${t.status} in ('queued', 'running')`),
  ],
);
