import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, id, orgId } from './columns.ts';

/** Sign-in of a device, edge node or connection at the platform's own MQTT broker. */
export const deviceToken = pgTable(
  'device_token',
  {
    id: id(),
    orgId: orgId(),
    /** What people call it. */
    name: text('name').notNull(),
    username: text('username').notNull().unique(),
    /** scrypt of the password: `v1.<salt>.<hash>`, base64url. The password is shown once and kept nowhere. */
    hash: text('hash').notNull(),
    createdAt: createdAt(),
    lastSeenAt: at('last_seen_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [index().on(t.orgId)],
);

/** A name that belongs to one organization at the broker: the first level of its topics, and its Sparkplug group. */
export const brokerName = pgTable('broker_name', {
  name: text('name').primaryKey(),
  orgId: orgId(),
  createdAt: createdAt(),
});
