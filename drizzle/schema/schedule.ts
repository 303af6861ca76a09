import { doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { CalendarException, Shift } from '#runtime/schedule/calendar.ts';
import type { ScheduleRule } from '#runtime/step/contract.ts';
import { instance } from './app.ts';
import { id, orgId, updatedAt } from './columns.ts';
import { asset } from './plant.ts';

/** Shifts of a site (or of one area or line of it), in its time zone. The nearest one above an instance's asset is its calendar. */
export const shiftCalendar = pgTable(
  'shift_calendar',
  {
    id: id(),
    orgId: orgId(),
    assetId: uuid('asset_id')
      .notNull()
      .references(() => asset.id, { onDelete: 'cascade' }),
    shifts: jsonb('shifts').$type<readonly Shift[]>().notNull(),
    exceptions: jsonb('exceptions').$type<readonly CalendarException[]>().notNull().default([]),
    updatedBy: text('updated_by'),
    updatedAt: updatedAt(),
  },
  (t) => [unique().on(t.orgId, t.assetId)],
);

/** A schedule node of an instance and how far its ticks are in the log. Both change in one transaction: each due time gives one tick. */
export const schedule = pgTable(
  'schedule',
  {
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    orgId: orgId(),
    rule: jsonb('rule').$type<ScheduleRule>().notNull(),
    /** Due times up to here are done with, epoch ms; never goes back. */
    lastDue: doublePrecision('last_due').notNull(),
    /** When to look again, epoch ms; 0 = at once, the plan around it has changed. */
    nextDue: doublePrecision('next_due').notNull().default(0),
    /** Due times without a tick of their own since the last tick. */
    missed: integer('missed').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.node] }), index().on(t.nextDue)],
);

/** Token buckets that several processes share: effects of an installation, writes of a connection, messages of a channel. */
export const rateBucket = pgTable(
  'rate_bucket',
  {
    orgId: orgId(),
    name: text('name').notNull(),
    tokens: doublePrecision('tokens').notNull(),
    /** Epoch ms by the database's clock. */
    at: doublePrecision('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.name] })],
);
