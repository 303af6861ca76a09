import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Bilingual } from '#runtime/graph/document.ts';
import { instance } from './app.ts';
import { at, createdAt, id, orgId } from './columns.ts';

/** ISA-18.2 states that the platform keeps for a condition reported by a block. */
export const ALARM_STATES = [
  'normal',
  'unack-active',
  'ack-active',
  'unack-cleared',
  'shelved',
  'suppressed',
  'out-of-service',
] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export const alarm = pgTable(
  'alarm',
  {
    id: id(),
    orgId: orgId(),
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    key: text('key').notNull(),
    priority: smallint('priority').notNull(),
    active: boolean('active').notNull(),
    state: text('state').$type<AlarmState>().notNull(),
    message: jsonb('message').$type<Bilingual>().notNull(),
    value: doublePrecision('value'),
    unit: text('unit'),
    limit: doublePrecision('limit_value'),
    /** Event time of the last change of the condition. */
    since: at('since').notNull(),
    ackedBy: text('acked_by'),
    ackedAt: at('acked_at'),
    shelvedUntil: at('shelved_until'),
    /** Step that last wrote it, so that a re-run cannot write it twice. */
    step: bigint('step', { mode: 'number' }).notNull(),
    simulated: boolean('simulated').notNull().default(false),
  },
  (t) => [
    unique().on(t.instanceId, t.node, t.key),
    index().on(t.orgId, t.state),
    // a few at any time, looked for every second
    index('alarm_shelved').on(t.shelvedUntil).where(sql`${t.state} = 'shelved'`),
  ],
);

/** Journal: every transition, by whom or by which step. */
export const alarmEvent = pgTable(
  'alarm_event',
  {
    id: id(),
    orgId: orgId(),
    alarmId: uuid('alarm_id')
      .notNull()
      .references(() => alarm.id, { onDelete: 'cascade' }),
    from: text('from_state').$type<AlarmState>().notNull(),
    to: text('to_state').$type<AlarmState>().notNull(),
    cause: text('cause').$type<'condition' | 'acknowledge' | 'shelve' | 'unshelve' | 'removed'>().notNull(),
    by: text('by'),
    comment: text('comment'),
    value: doublePrecision('value'),
    at: at('at').notNull(),
    shardId: integer('shard_id'),
    step: bigint('step', { mode: 'number' }),
    /** It is an entry of the control lane, for apps that take events; or nobody took any when it was written. */
    told: boolean('told').notNull().default(false),
  },
  (t) => [index().on(t.orgId, t.at), index().on(t.alarmId), index('alarm_event_untold').on(t.orgId).where(sql`not ${t.told}`)],
);

/** A command that waits for an operator (`control.confirm`). */
export const confirmation = pgTable(
  'confirmation',
  {
    id: id(),
    orgId: orgId(),
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    shardId: integer('shard_id').notNull(),
    step: bigint('step', { mode: 'number' }).notNull(),
    ordinal: integer('ordinal').notNull(),
    node: text('node').notNull(),
    key: text('key').notNull(),
    text: jsonb('text').$type<Bilingual>().notNull(),
    value: doublePrecision('value'),
    unit: text('unit'),
    /** How many different persons must agree. */
    persons: smallint('persons').notNull().default(1),
    /** `user` is who, `by` what they were called then: two people may have one name, and one may change theirs. */
    agreed: jsonb('agreed').$type<{ user: string; by: string; at: string }[]>().notNull().default([]),
    state: text('state').$type<'open' | 'confirmed' | 'refused' | 'expired'>().notNull().default('open'),
    deadline: at('deadline').notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.shardId, t.step, t.ordinal), index().on(t.orgId, t.state)],
);

/** Where `notify.send` goes; `settings` by kind in `runtime/effects/channels.ts`, passwords sealed. Every organization has the in-product inbox. */
export const channel = pgTable(
  'channel',
  {
    id: id(),
    orgId: orgId(),
    name: text('name').notNull(),
    kind: text('kind').$type<'inbox' | 'webhook' | 'email' | 'wecom' | 'dingtalk' | 'feishu'>().notNull(),
    settings: jsonb('settings').$type<Record<string, unknown>>().notNull().default({}),
    secretId: uuid('secret_id'),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.orgId, t.name)],
);
/** The in-product inbox. */
export const notification = pgTable(
  'notification',
  {
    id: id(),
    orgId: orgId(),
    title: jsonb('title').$type<Bilingual>().notNull(),
    body: jsonb('body').$type<Bilingual>(),
    href: text('href'),
    readBy: jsonb('read_by').$type<string[]>().notNull().default([]),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.orgId, t.createdAt)],
);
