import { doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, orgId, updatedAt } from './columns.ts';

/** What a person said by signing a version, with their password asked for anew; the hash ties it to what was signed. */
export interface RecordSignature {
  /** `user:<id>`. */
  readonly by: string;
  /** As it was printed at that moment. */
  readonly name: string;
  readonly meaning: { readonly en: string; readonly zh: string };
  /** ISO 8601, UTC. */
  readonly at: string;
  /** SHA-256 over who, when, what was meant, and the version, as canonical JSON. */
  readonly hash: string;
}

/** A business record as it is now: an order, a lot, a recipe. Changed by `runtime/records` alone, never deleted. */
export const record = pgTable(
  'record',
  {
    id: id(),
    orgId: orgId(),
    kind: text('kind').notNull(),
    /** What people call it, unique among its kind: `WO-2026-0117`. */
    code: text('code').notNull(),
    state: text('state').notNull(),
    /** Counts its changes from 1. */
    version: integer('version').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique().on(t.orgId, t.kind, t.code), index().on(t.orgId, t.kind, t.state), index().on(t.orgId, t.kind, t.updatedAt)],
);

/** Each version as it was, by whom, why and by which transition. Append-only: a trigger refuses anything else, whoever asks. */
export const recordVersion = pgTable(
  'record_version',
  {
    recordId: uuid('record_id')
      .notNull()
      .references(() => record.id),
    version: integer('version').notNull(),
    orgId: orgId(),
    transition: text('transition').notNull(),
    state: text('state').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    /** `user:<id>`, `app:<instance id>`. */
    by: text('by').notNull(),
    /** In a person's words. */
    why: text('why'),
    signature: jsonb('signature').$type<RecordSignature>(),
    /** Names the request, so that the same one changes nothing twice. */
    request: text('request'),
    at: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.recordId, t.version] }), unique().on(t.orgId, t.request)],
);

/** Which record names which, by the newest version of the one that names: where used, made of what. */
export const recordLink = pgTable(
  'record_link',
  {
    orgId: orgId(),
    fromId: uuid('from_id')
      .notNull()
      .references(() => record.id),
    /** Field that names it, `lines.item`. */
    field: text('field').notNull(),
    toId: uuid('to_id')
      .notNull()
      .references(() => record.id),
    /** Sum of the quantities of the rows that name it. */
    quantity: doublePrecision('quantity'),
  },
  (t) => [primaryKey({ columns: [t.fromId, t.field, t.toId] }), index().on(t.orgId, t.toId)],
);
