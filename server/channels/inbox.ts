import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { notification } from '#drizzle/schema/index.ts';

/** Older messages stay in the database; nobody reads them in a menu. */
const SHOWN = 30;

/** Newest messages of the organization's inbox, and how many of them this person has not read. */
export async function readInbox(tx: Tx, orgId: string, userId: string) {
  const rows = await tx
    .select()
    .from(notification)
    .where(eq(notification.orgId, orgId))
    .orderBy(desc(notification.createdAt))
    .limit(SHOWN);
  const messages = rows.map(({ readBy, orgId: _, ...row }) => ({ ...row, read: readBy.includes(userId) }));
  return { messages, unread: messages.filter((message) => !message.read).length };
}

export const markReadInput = z.object({ ids: z.array(z.uuid()).min(1).max(SHOWN) });

/** Reading is personal: what a colleague has read stays new for others. */
export async function markRead(tx: Tx, orgId: string, userId: string, { ids }: z.infer<typeof markReadInput>) {
  await tx
    .update(notification)
    .set({ readBy: sql`${notification.readBy} || to_jsonb(${userId}::text)` })
    .where(and(eq(notification.orgId, orgId), inArray(notification.id, ids), sql`not ${notification.readBy} ? ${userId}`));
}
