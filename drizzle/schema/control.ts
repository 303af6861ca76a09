import { sql } from 'drizzle-orm';
import { index, integer, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instance } from './app.ts';
import { at, createdAt, id, orgId } from './columns.ts';
import { asset, tag } from './plant.ts';

/**
 * Who alone may act on a tag, or on a whole asset (`tagId` null), until when. An app has it by `control.lease`; a person by taking it on a screen, and while a
 * person has it no app acts there. Rows whose time is over mean nothing.
 */
export const controlLease = pgTable(
  'control_lease',
  {
    id: id(),
    orgId: orgId(),
    assetId: uuid('asset_id')
      .notNull()
      .references(() => asset.id, { onDelete: 'cascade' }),
    tagId: integer('tag_id').references(() => tag.id, { onDelete: 'cascade' }),
    instanceId: uuid('instance_id').references(() => instance.id, { onDelete: 'cascade' }),
    userId: text('user_id'),
    /** What a screen shows: the app and its asset, or the person. */
    holder: text('holder').notNull(),
    /** Takes over from a lower one; persons stand above all apps. */
    rank: smallint('rank').notNull(),
    until: at('until').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.orgId, t.assetId), index('control_lease_holder').on(t.instanceId).where(sql`${t.instanceId} is not null`)],
);
