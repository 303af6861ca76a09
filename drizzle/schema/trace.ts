import { bigint, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instance } from './app.ts';
import { orgId } from './columns.ts';

/** All times are epoch ms, each by the clock of who stamped it. */
const time = (name: string) => doublePrecision(name);

/**
 * The way of some steps, for traces from a sample to a screen or a machine: the first with results of every few seconds of a shard, those that asked
 * for an action, those that failed on a row (`runtime/worker/step-times.ts`); kept for an hour. What came after stands in `hop_time`, and in `effect`.
 */
export const stepTime = pgTable(
  'step_time',
  {
    shardId: integer('shard_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    orgId: orgId(),
    kept: text('kept').$type<'head' | 'action' | 'failure'>().notNull(),
    /** The newest samples that the step consumed: the trace's id. Absent where only a timer or a person caused it. */
    lane: integer('lane'),
    seq: bigint('seq', { mode: 'number' }),
    /** Newest event time in that entry; when the gateway had it; when it was appended. */
    measuredAt: time('measured_at'),
    receivedAt: time('received_at'),
    appendedAt: time('appended_at'),
    /** By the worker's clock: its entries were read, the program was through, its results were in the database. */
    readAt: time('read_at').notNull(),
    steppedAt: time('stepped_at'),
    committedAt: time('committed_at').notNull(),
    rows: integer('rows').notNull().default(0),
    /** The first row that was set aside in it. */
    failed: jsonb('failed').$type<{ node: string; message: string }>(),
  },
  (t) => [primaryKey({ columns: [t.shardId, t.step] }), index().on(t.committedAt), index().on(t.orgId, t.committedAt)],
);

/** What happened to the results of a traced step later, told by whoever did it. The first time counts. */
export const hopTime = pgTable(
  'hop_time',
  {
    shardId: integer('shard_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    /** In the history; sent to a screen; drawn by a browser (by the server's clock, as the browser knows it). */
    hop: text('hop').$type<'stored' | 'sent' | 'drawn'>().notNull(),
    orgId: orgId(),
    at: time('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.shardId, t.step, t.hop] }), index().on(t.at)],
);

/** What a node of a running app does. */
export interface NodeStats {
  /** Rows that reached it and rows that it failed on, since its shard was loaded by the worker that holds it. */
  readonly rows: number;
  readonly failed: number;
  /** Entry time of the newest row that reached it, epoch ms. */
  readonly last: number | null;
  /** Rows a second in the last stretch. */
  readonly rate: number;
  /** From the append of a sample to the commit of the step that took it, in steps that brought the node rows: mean of the last stretch, ms. */
  readonly latency: number | null;
  /** Of the CPU of all nodes of the app, 0 to 1, and at the rate of the last stretch in cores; found out now and then (`node-costs.ts`). */
  readonly cpu?: { readonly share: number; readonly cores: number };
}

/** Figures of the nodes of each shard, told by the worker every few seconds while something moves (`runtime/worker/node-figures.ts`). */
export const nodeFigures = pgTable(
  'node_figures',
  {
    shardId: integer('shard_id').primaryKey(),
    orgId: orgId(),
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    nodes: jsonb('nodes').$type<Readonly<Record<string, NodeStats>>>().notNull(),
    since: time('since').notNull(),
    at: time('at').notNull(),
  },
  (t) => [index().on(t.orgId, t.instanceId)],
);
