import { bigint, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, orgId } from './columns.ts';

/** Append-only, hash-chained per organization: hash = SHA-256(previous hash, canonical JSON of the entry). */
export const audit = pgTable(
  'audit',
  {
    orgId: orgId(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: at('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    target: text('target'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    previous: text('previous').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.seq] })],
);
