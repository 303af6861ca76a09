import { bigint, doublePrecision, integer, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { at, bytea, createdAt, orgId } from './columns.ts';

/** Per-tag column chunk (runtime/historian/chunk.ts): exact values, with what queries need without decoding. */
export const chunk = pgTable(
  'chunk',
  {
    tagId: integer('tag_id').notNull(),
    t0: doublePrecision('t0').notNull(),
    t1: doublePrecision('t1').notNull(),
    n: integer('n').notNull(),
    min: doublePrecision('vmin'),
    max: doublePrecision('vmax'),
    sum: doublePrecision('vsum'),
    first: doublePrecision('vfirst'),
    last: doublePrecision('vlast'),
    data: bytea('data').notNull(),
    /** Lane and newest sequence number inside, so that a flush is written once. */
    laneId: integer('lane_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tagId, t.t0, t.seq] })],
);
export const historyCursor = pgTable('history_cursor', {
  laneId: integer('lane_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
});
/** Newest value per tag, so that a page has something to show at once. */
export const latest = pgTable('latest', {
  tagId: integer('tag_id').primaryKey(),
  orgId: orgId(),
  time: doublePrecision('time').notNull(),
  value: doublePrecision('value'),
  /** Text, or JSON of a wave reference. */
  other: text('other'),
  quality: smallint('quality').notNull(),
  origin: text('origin').notNull(),
});
/** Large values, stored before the entry that refers to them. The bytes are files named by hash in the blob store. */
export const blob = pgTable(
  'blob',
  {
    hash: text('hash').notNull(),
    orgId: orgId(),
    media: text('media').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
    lastUsedAt: at('last_used_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.hash] })],
);
