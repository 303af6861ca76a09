import { type AnyPgColumn, doublePrecision, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { AssetLevel, TagType } from '#runtime/graph/equipment.ts';
import { createdAt, id, orgId, updatedAt } from './columns.ts';
import { connection, lane } from './connection.ts';

export type { AssetLevel, TagType };

export const asset = pgTable(
  'asset',
  {
    id: id(),
    orgId: orgId(),
    parentId: uuid('parent_id').references((): AnyPgColumn => asset.id, { onDelete: 'restrict' }),
    level: text('level').$type<AssetLevel>().notNull(),
    /** Short unique code, used as the record key of its values: `C-101`. */
    code: text('code').notNull(),
    name: jsonb('name').$type<Bilingual>().notNull(),
    /** Class library entry that says which signals it offers: `UtilityStation`, `RotatingMachine`. */
    assetClass: text('asset_class'),
    /** Nameplate and other parameters, with units in the name of the class library. */
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull().default({}),
    /** IANA zone, on sites; shifts and days are the site's. */
    timeZone: text('time_zone'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique().on(t.orgId, t.code), index().on(t.orgId, t.parentId)],
);

/** One measured or computed variable of an asset. The id is an int4 because every sample in the log carries it. */
export const tag = pgTable(
  'tag',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    orgId: orgId(),
    assetId: uuid('asset_id')
      .notNull()
      .references(() => asset.id, { onDelete: 'restrict' }),
    name: text('name').notNull(),
    title: jsonb('title').$type<Bilingual>(),
    /** What the asset class offers (`pressure.header`), where it is known. */
    signal: text('signal'),
    type: text('type').$type<TagType>().notNull().default('number'),
    /** UCUM. */
    unit: text('unit'),
    /** Physical range in `unit`; outside it a value is bad:out-of-range. */
    low: doublePrecision('low'),
    high: doublePrecision('high'),
    access: text('access').$type<'r' | 'rw'>().notNull().default('r'),
    connectionId: uuid('connection_id').references(() => connection.id, { onDelete: 'set null' }),
    /** In the connector's own form: `ns=2;s=Air.Pressure`, `3/holding/100:float32`, `plant/a/pressure#value`. */
    address: text('address'),
    /** Raw to engineering: value = raw · gain + offset. */
    gain: doublePrecision('gain').notNull().default(1),
    offset: doublePrecision('offset').notNull().default(0),
    samplePeriodMs: integer('sample_period_ms').notNull().default(1000),
    /** Older than this a value is stale. */
    staleAfterMs: integer('stale_after_ms').notNull().default(5000),
    /** Scan group's lane of the log, set by the gateway; also the lane of a computed tag's instance. */
    laneId: integer('lane_id').references(() => lane.id),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique().on(t.orgId, t.name), index().on(t.connectionId), index().on(t.orgId, t.assetId)],
);
