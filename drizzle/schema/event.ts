import { bigint, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instance } from './app.ts';
import { createdAt, orgId } from './columns.ts';

/** Event nodes of running apps: what nobody takes is not put into the log. */
export const eventSubscription = pgTable(
  'event_subscription',
  {
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    orgId: orgId(),
    kinds: jsonb('kinds').$type<readonly string[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.node] }), index().on(t.orgId)],
);
/** How far an organization's audit log is told in its control lane, while somebody takes it. */
export const eventFeed = pgTable('event_feed', {
  orgId: orgId().primaryKey(),
  auditSeq: bigint('audit_seq', { mode: 'number' }).notNull(),
});
/** Events that were sent, by the id that their sender gave: the same one is taken once. Kept for some days. */
export const sentEvent = pgTable('sent_event', { orgId: orgId(), id: text('id').notNull(), createdAt: createdAt() }, (t) => [
  primaryKey({ columns: [t.orgId, t.id] }),
  index().on(t.orgId, t.createdAt),
]);
