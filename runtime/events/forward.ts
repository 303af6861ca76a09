import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { alarm, alarmEvent, audit, eventFeed, eventSubscription } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import type { ControlEvent } from '#runtime/log/contract.ts';
import { takesKind } from './subscriptions.ts';

type EventEntry = Extract<ControlEvent, { type: 'event' }>;
/** Events of one transaction: the control lane's counter is locked meanwhile. More follow in the next. */
const MOST = 200;

/**
 * Puts what happened to alarms, and what people did, into the control lane of each organization in which an app takes it: once, in the order in which it
 * happened, whoever else forwards or dies. What is told and that it is told commit together.
 */
export async function forwardEvents(db: Db): Promise<number> {
  const orgs = await db
    .select({
      orgId: eventSubscription.orgId,
      alarms: sql<boolean>`bool_or(${takesKind('alarm')})`,
      acts: sql<boolean>`bool_or(${takesKind('audit')})`,
    })
    .from(eventSubscription)
    .groupBy(eventSubscription.orgId);
  let told = 0;
  for (const { orgId, alarms, acts } of orgs) {
    if (alarms) told += await inTurn(db, orgId, forwardAlarms);
    if (acts) told += await inTurn(db, orgId, forwardActs);
  }
  return told;
}

/** One process at a time for an organization; who does not get it has nothing to do. */
async function inTurn(db: Db, orgId: string, forward: (tx: Tx, orgId: string) => Promise<number>): Promise<number> {
  for (let all = 0; ; ) {
    const n = await db.transaction(async (tx) => {
      const [lock] = await tx.execute<{ mine: boolean }>(
        sql`select pg_try_advisory_xact_lock(hashtextextended(${`events ${orgId}`}, 0)) as mine`,
      );
      return lock?.mine ? forward(tx, orgId) : 0;
    });
    all += n;
    if (n < MOST) return all;
  }
}

async function forwardAlarms(tx: Tx, orgId: string): Promise<number> {
  const rows = await tx
    .select({ event: alarmEvent, alarm })
    .from(alarmEvent)
    .innerJoin(alarm, eq(alarm.id, alarmEvent.alarmId))
    .where(and(eq(alarmEvent.orgId, orgId), eq(alarmEvent.told, false)))
    .orderBy(asc(alarmEvent.id))
    .limit(MOST);
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.event.id);
  await tx.update(alarmEvent).set({ told: true }).where(inArray(alarmEvent.id, ids));
  for (const row of rows) await appendControl(tx, orgId, alarmTold(row));
  return rows.length;
}

async function forwardActs(tx: Tx, orgId: string): Promise<number> {
  const [feed] = await tx.select({ seq: eventFeed.auditSeq }).from(eventFeed).where(eq(eventFeed.orgId, orgId));
  const rows = await tx
    .select()
    .from(audit)
    .where(and(eq(audit.orgId, orgId), gt(audit.seq, feed?.seq ?? 0)))
    .orderBy(asc(audit.seq))
    .limit(MOST);
  const last = rows.at(-1);
  if (!last) return 0;
  await tx
    .insert(eventFeed)
    .values({ orgId, auditSeq: last.seq })
    .onConflictDoUpdate({ target: eventFeed.orgId, set: { auditSeq: last.seq } });
  for (const row of rows) await appendControl(tx, orgId, actTold(row));
  return rows.length;
}

export const alarmTold = ({
  event,
  alarm: of,
}: {
  readonly event: typeof alarmEvent.$inferSelect;
  readonly alarm: typeof alarm.$inferSelect;
}): EventEntry => ({
  type: 'event',
  id: event.id,
  kind: 'alarm',
  subject: `${of.key}/${of.node}`,
  about: of.key,
  time: event.at.getTime(),
  action: event.cause,
  state: event.to,
  ...(event.value === null ? {} : { value: event.value }),
  data: {
    alarm: of.id,
    instance: of.instanceId,
    node: of.node,
    from: event.from,
    priority: of.priority,
    message: of.message,
    ...(event.by === null ? {} : { by: event.by }),
    ...(event.comment === null ? {} : { comment: event.comment }),
  },
});

export const actTold = ({ seq, at, actor, action, target, details }: typeof audit.$inferSelect): EventEntry => ({
  type: 'event',
  id: `audit:${seq}`,
  kind: 'audit',
  subject: target ?? '',
  about: '',
  time: at.getTime(),
  action,
  state: '',
  data: { by: actor, ...details },
});
