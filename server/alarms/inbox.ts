import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { notification } from '#drizzle/schema/index.ts';

const unread = (userId: string) => sql<boolean>`not ${notification.readBy} @> ${JSON.stringify([userId])}::jsonb`;

/** The newest notifications of the organization, with what this person has not read. */
export async function readInbox(tx: Tx, orgId: string, userId: string, limit = 50) {
  return tx
    .select({
      id: notification.id,
      title: notification.title,
      body: notification.body,
      href: notification.href,
      unread: unread(userId),
      createdAt: notification.createdAt,
    })
    .from(notification)
    .where(eq(notification.orgId, orgId))
    .orderBy(desc(notification.createdAt))
    .limit(limit);
}

export async function countUnread(tx: Tx, orgId: string, userId: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(notification)
    .where(and(eq(notification.orgId, orgId), unread(userId)));
  return row?.count ?? 0;
}

export const markReadInput = z.object({ ids: z.array(z.uuid()).max(200) });

/** Marks as read for this person; foreign ids are left alone by the filter and change nothing. */
export async function markRead(tx: Tx, orgId: string, userId: string, { ids }: z.infer<typeof markReadInput>): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(notification)
    .set({ readBy: sql`${notification.readBy} || ${JSON.stringify([userId])}::jsonb` })
    .where(and(eq(notification.orgId, orgId), inArray(notification.id, ids), unread(userId)));
  await tx.execute(sql`select pg_notify('alarms', ${orgId})`);
}
