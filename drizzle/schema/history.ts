import { sql } from 'drizzle-orm';
import { bigint, doublePrecision, index, integer, pgTable, primaryKey, smallint, text, unique, uuid } from 'drizzle-orm/pg-core';
import { instance } from './app.ts';
import { at, bytea, createdAt, orgId } from './columns.ts';

/** Shape of a computed series; `frame` is one whole table per sample (a spectrum, a Pareto), kept under the column `*`. */
export const SERIES_TYPES = ['number', 'integer', 'boolean', 'time', 'text', 'wave', 'json', 'frame'] as const;
export type SeriesType = (typeof SERIES_TYPES)[number];

/**
 * A column of a named output, by record key: what an app computes, with the same history as a tag. Its id comes from the tags' own
 * sequence, so one number names a tag or a series wherever samples are kept or shown.
 */
export const series = pgTable(
  'series',
  {
    id: integer('id').primaryKey().default(sql`nextval('tag_id_seq')`),
    orgId: orgId(),
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    output: text('output').notNull(),
    column: text('column_name').notNull(),
    key: text('key').notNull(),
    type: text('type').$type<SeriesType>().notNull(),
    unit: text('unit'),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.instanceId, t.output, t.column, t.key), index().on(t.orgId)],
);

/** Column chunk of one tag or series (runtime/historian/chunk.ts): exact values, with what queries need without decoding. */
export const chunk = pgTable(
  'chunk',
  {
    /** A tag's or a series' id. */
    tagId: integer('tag_id').notNull(),
    orgId: orgId(),
    /** Oldest and newest event time inside, epoch ms; never more than a day apart. */
    t0: doublePrecision('t0').notNull(),
    t1: doublePrecision('t1').notNull(),
    n: integer('n').notNull(),
    /** Of the values that are numbers; null when there is none. */
    min: doublePrecision('vmin'),
    max: doublePrecision('vmax'),
    sum: doublePrecision('vsum'),
    first: doublePrecision('vfirst'),
    last: doublePrecision('vlast'),
    /** Worst quality inside. */
    worst: smallint('worst').notNull().default(0),
    data: bytea('data').notNull(),
    /** Lane and newest sequence number inside, so that a flush is written once. */
    laneId: integer('lane_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tagId, t.t0, t.laneId, t.seq] })],
);
/** How far the historian has stored each lane. */
export const historyCursor = pgTable('history_cursor', {
  laneId: integer('lane_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
});
/** Newest value per tag or series, so that a page has something to show at once. */
export const latest = pgTable('latest', {
  tagId: integer('tag_id').primaryKey(),
  orgId: orgId(),
  time: doublePrecision('time').notNull(),
  value: doublePrecision('value'),
  /** JSON of what is no number: `{text}`, `{wave}` (a reference) or `{frame}`. */
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
