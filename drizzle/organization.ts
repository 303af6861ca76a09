import { and, eq } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { channel, lane } from './schema/index.ts';

/** Name of the in-product inbox that every organization has. */
export const INBOX = 'inbox';

/** What a new organization starts with: its control lane (semantics, section 3) and its inbox. Repeating it does nothing. */
export async function provisionOrganization(tx: Tx, orgId: string): Promise<void> {
  const [control] = await tx
    .select({ id: lane.id })
    .from(lane)
    .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control')));
  if (!control) await tx.insert(lane).values({ orgId, kind: 'control' });
  await tx.insert(channel).values({ orgId, name: INBOX, kind: 'inbox' }).onConflictDoNothing();
}
