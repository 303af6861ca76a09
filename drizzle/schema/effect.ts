import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import type { Bilingual } from '#runtime/graph/document.ts';
import { at, bytea, createdAt, id, orgId, updatedAt } from './columns.ts';

/** A value for a tag, in the tag's unit, with the tolerance of its read-back. */
export interface ResolvedValue {
  readonly tagId: number;
  readonly value: number;
  readonly tolerance: number;
}
/** What an act on a machine means in terms of the plant: the tag that it goes by, and the conditions that must hold right before. */
export interface ResolvedAct {
  readonly tagId: number;
  readonly preconditions: readonly {
    readonly node: string;
    readonly expression: string;
    /** Oldest value that may be used, ms. */
    readonly maxAge: number;
    /** Name in the expression -> tag; `value · gain + offset` is in the unit that the expression expects. */
    readonly values: Readonly<Record<string, { readonly tagId: number; readonly gain: number; readonly offset: number }>>;
  }[];
}
/** A `tag.write`. */
export interface ResolvedWrite extends ResolvedAct, ResolvedValue {}
/** A `recipe.download`: all its values, and before the first is written what the device had. */
export interface ResolvedRecipe extends ResolvedAct {
  readonly values: readonly (ResolvedValue & { readonly role: string })[];
  readonly former?: readonly number[];
}
/** A claim to control a tag, or the whole asset that it belongs to. */
export interface ResolvedLease extends ResolvedAct {
  readonly assetId: string;
}

/** The value read back, or why not: a code of `runtime/effects/reasons.ts` with what fills its sentence, and that sentence in English for logs. */
export interface EffectOutcome {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly code?: string;
  readonly params?: Readonly<Record<string, string | number | Bilingual>>;
  readonly reason?: string;
}
/** A dead letter is looked at once: tried again, or dropped. */
export interface Settled {
  readonly how: 'retried' | 'dropped';
  readonly by: string;
  readonly at: string;
}

export type EffectStatus = 'pending' | 'waiting' | 'running' | 'done' | 'refused' | 'failed' | 'expired' | 'dead';
/** Outbox: an effect is committed with the step that asked for it and performed afterwards, once. */
export const effect = pgTable(
  'effect',
  {
    shardId: integer('shard_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    ordinal: integer('ordinal').notNull(),
    orgId: orgId(),
    instanceId: uuid('instance_id').notNull(),
    node: text('node').notNull(),
    key: text('key').notNull(),
    kind: text('kind').notNull(),
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    /** What the request means in this plant, worked out when it was committed (`runtime/effects/requests.ts`). */
    resolved: jsonb('resolved').$type<ResolvedAct | ResolvedWrite | ResolvedRecipe | ResolvedLease>(),
    status: text('status').$type<EffectStatus>().notNull().default('pending'),
    attempts: smallint('attempts').notNull().default(0),
    nextAt: at('next_at').notNull().defaultNow(),
    /** Past it the effect is refused, not done late. */
    deadline: at('deadline'),
    answer: jsonb('answer').$type<EffectOutcome>(),
    /** The log has its answer. A repetition that a person asked for later is not answered again. */
    answered: boolean('answered').notNull().default(false),
    /** What a person decided about one that failed for good. */
    settled: jsonb('settled').$type<Settled>(),
    createdAt: createdAt(),
    doneAt: at('done_at'),
  },
  (t) => [
    primaryKey({ columns: [t.shardId, t.step, t.ordinal] }),
    index().on(t.status, t.nextAt),
    index().on(t.orgId, t.createdAt),
  ],
);

/** How many effects of an organization housekeeping has taken away with the log that they belonged to. */
export const effectGone = pgTable('effect_gone', {
  orgId: text('org_id').primaryKey(),
  count: bigint('count', { mode: 'number' }).notNull(),
  updatedAt: updatedAt(),
});

/** Entries or rows set aside, with the reason and the block. */
export const deadLetter = pgTable(
  'dead_letter',
  {
    id: id(),
    orgId: orgId(),
    instanceId: uuid('instance_id').notNull(),
    shardId: integer('shard_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    node: text('node'),
    key: text('key'),
    reason: text('reason').notNull(),
    line: integer('line'),
    /** Lane and sequence number of the entry, when the whole entry was set aside. */
    laneId: integer('lane_id'),
    seq: bigint('seq', { mode: 'number' }),
    /** The entry itself, packed: the log may have dropped its day when somebody looks. */
    entry: bytea('entry'),
    /** The row stays when a person has decided: re-runs need to know what was set aside. */
    settled: jsonb('settled').$type<Settled>(),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.instanceId, t.createdAt), index().on(t.orgId, t.createdAt)],
);
