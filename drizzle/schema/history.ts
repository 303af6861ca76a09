import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ControlEvent } from '#runtime/log/contract.ts';
import { instance } from './app.ts';
import { at, bytea, createdAt, orgId, updatedAt } from './columns.ts';

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
    /** Null once the samples have moved to a file: the facts above stay here, so that a question finds them as before. */
    data: bytea('data'),
    coldFileId: integer('cold_file_id').references(() => coldFile.id),
    /** Its number among that file's chunks. */
    coldPart: integer('cold_part'),
    /** Lane and newest sequence number inside, so that a flush is written once. */
    laneId: integer('lane_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tagId, t.t0, t.laneId, t.seq] }), index().on(t.coldFileId)],
);
/** A Parquet file below the data folder with the samples of old chunks, by series and time (runtime/historian/cold). */
export const coldFile = pgTable('cold_file', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  orgId: orgId(),
  /** Relative to the data folder. */
  path: text('path').notNull().unique(),
  rows: integer('rows').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  createdAt: createdAt(),
});
/** The hours of a UTC day of a series (runtime/historian/hours.ts), for windows in which a pixel is wider than an hour. */
export const rollup = pgTable(
  'rollup',
  {
    tagId: integer('tag_id').notNull(),
    /** Days since 1970-01-01. */
    day: integer('day').notNull(),
    orgId: orgId(),
    /** Null while it must be made (again): samples of the day came since. */
    data: bytea('data'),
    /** The samples are no longer kept: the hours stay as they are. */
    sealed: boolean('sealed').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.tagId, t.day] }), index('rollup_due').on(t.day).where(sql`data is null`)],
);
/** How long the history of a tag or series is kept, where it differs from the platform's setting. */
export const retention = pgTable('retention', {
  tagId: integer('tag_id').primaryKey(),
  orgId: orgId(),
  /** Every sample; 0 = for ever. Hourly values outlive them. */
  sampleDays: integer('sample_days'),
  /** The bytes of waves, and every frame; older frames are thinned. */
  largeHours: integer('large_hours'),
  updatedAt: updatedAt(),
});
/** The same for all tags and series of an organization that have no rule of their own. */
export const retentionDefault = pgTable('retention_default', {
  orgId: orgId().primaryKey(),
  /** Every sample; 0 = for ever, null = as the platform is set. */
  sampleDays: integer('sample_days'),
  /** The bytes of waves, and every frame; null = as the platform is set. */
  largeHours: integer('large_hours'),
  updatedAt: updatedAt(),
});
/** What an organization's control lane said: forms, answers, decisions, acknowledgements. Ticks are clockwork and not kept. */
export const event = pgTable(
  'event',
  {
    laneId: integer('lane_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    orgId: orgId(),
    /** Append time, epoch ms. */
    at: doublePrecision('at').notNull(),
    type: text('type').notNull(),
    /** Instance, shard or alarm that it is about. */
    subject: text('subject').notNull(),
    body: jsonb('body').$type<ControlEvent>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.laneId, t.seq] }), index().on(t.orgId, t.at)],
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
    /** Found without a use; taken away when it still has none a while later. */
    doomedAt: at('doomed_at'),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.hash] }), index().on(t.hash)],
);
/** An entry of the log that names a blob, noted together with the entry's samples. A blob without a use is collected. */
export const blobUse = pgTable(
  'blob_use',
  {
    orgId: orgId(),
    hash: text('hash').notNull(),
    /** The series whose sample it is. */
    tagId: integer('tag_id').notNull(),
    laneId: integer('lane_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    /** Append time of the entry, epoch ms. */
    at: doublePrecision('at').notNull(),
    /** Raw bytes of waves are kept for hours; any other blob as long as its sample. */
    kind: text('kind').$type<'wave' | 'blob'>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.hash, t.tagId, t.laneId, t.seq] }), index().on(t.kind, t.at)],
);
/** A day of an organization's log that left the database: its entries in arrival order (runtime/log/archive-file.ts). */
export const logArchive = pgTable(
  'log_archive',
  {
    orgId: orgId(),
    day: integer('day').notNull(),
    /** Relative to the data folder. */
    path: text('path').notNull(),
    entries: bigint('entries', { mode: 'number' }).notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.day] })],
);
