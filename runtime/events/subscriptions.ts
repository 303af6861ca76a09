import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { alarmEvent, audit, eventFeed, eventSubscription } from '#drizzle/schema/index.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';

/** The events that an instance takes, as its program has them. Who is the first of an organization to take a kind is told of it from now on. */
export async function keepSubscriptions(db: Db, of: { id: string; orgId: string }, info: ProgramInfo): Promise<void> {
  const wanted = info.sources.flatMap((s) => (s.event ? [{ node: s.node, kinds: s.event.kinds }] : []));
  await db.transaction(async (tx) => {
    const nodes = wanted.map((w) => w.node);
    await tx
      .delete(eventSubscription)
      .where(
        and(eq(eventSubscription.instanceId, of.id), nodes.length > 0 ? notInArray(eventSubscription.node, nodes) : undefined),
      );
    if (wanted.length === 0) return;
    const kinds = new Set(wanted.flatMap((w) => w.kinds));
    if (kinds.has('alarm') && !(await isTaken(tx, of.orgId, 'alarm')))
      await tx
        .update(alarmEvent)
        .set({ told: true })
        .where(and(eq(alarmEvent.orgId, of.orgId), eq(alarmEvent.told, false)));
    if (kinds.has('audit') && !(await isTaken(tx, of.orgId, 'audit'))) {
      const now = sql<number>`(select coalesce(max(${audit.seq}), 0) from ${audit} where ${audit.orgId} = ${of.orgId})`;
      await tx
        .insert(eventFeed)
        .values({ orgId: of.orgId, auditSeq: now as unknown as number })
        .onConflictDoUpdate({ target: eventFeed.orgId, set: { auditSeq: now } });
    }
    for (const { node, kinds: list } of wanted)
      await tx
        .insert(eventSubscription)
        .values({ instanceId: of.id, node, orgId: of.orgId, kinds: [...list] })
        .onConflictDoUpdate({ target: [eventSubscription.instanceId, eventSubscription.node], set: { kinds: [...list] } });
  });
}

const isTaken = async (tx: Tx, orgId: string, kind: string): Promise<boolean> =>
  (await tx.$count(eventSubscription, and(eq(eventSubscription.orgId, orgId), takesKind(kind)))) > 0;

/** A subscription that has the kind in its list. */
export const takesKind = (kind: string) => sql`${eventSubscription.kinds} @> ${JSON.stringify([kind])}::jsonb`;
