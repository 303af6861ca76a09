import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, orgId, updatedAt } from './columns.ts';

/** A business record as it is now: an order, a work order. Changed by `runtime/records` alone, never deleted. */
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
  (t) => [unique().on(t.orgId, t.kind, t.code), index().on(t.orgId, t.kind, t.state)],
);

/** Each version as it was, by whom and by which transition. Append-only. */
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
    /** Names the request, so that the same one changes nothing twice. */
    request: text('request'),
    at: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.recordId, t.version] }), unique().on(t.orgId, t.request)],
);
