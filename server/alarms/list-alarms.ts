import { and, asc, desc, eq, gte, inArray, lt, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { alarm, alarmEvent, asset, installation, instance } from '#drizzle/schema/index.ts';

const columns = {
  id: alarm.id,
  instanceId: alarm.instanceId,
  installationId: instance.installationId,
  app: installation.name,
  asset: asset.code,
  node: alarm.node,
  key: alarm.key,
  priority: alarm.priority,
  active: alarm.active,
  state: alarm.state,
  message: alarm.message,
  value: alarm.value,
  unit: alarm.unit,
  limit: alarm.limit,
  since: alarm.since,
  ackedBy: alarm.ackedBy,
  ackedAt: alarm.ackedAt,
  shelvedUntil: alarm.shelvedUntil,
  simulated: alarm.simulated,
};

/** Everything that is not normal, the most urgent first; of one installation where given. */
export function listAlarms(tx: Tx, orgId: string, installationId?: string) {
  return tx
    .select(columns)
    .from(alarm)
    .innerJoin(instance, eq(instance.id, alarm.instanceId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .leftJoin(asset, eq(asset.id, instance.assetId))
    .where(
      and(
        eq(alarm.orgId, orgId),
        ne(alarm.state, 'normal'),
        installationId ? eq(instance.installationId, installationId) : undefined,
      ),
    )
    .orderBy(sql`${alarm.state} in ('unack-active', 'unack-cleared') desc`, asc(alarm.priority), desc(alarm.since))
    .limit(1000);
}
export type AlarmRow = Awaited<ReturnType<typeof listAlarms>>[number];

export const journalInput = z.object({
  from: z.date().optional(),
  to: z.date().optional(),
  alarmId: z.uuid().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});

/** Transitions, newest first. */
export function readJournal(tx: Tx, orgId: string, input: z.infer<typeof journalInput>) {
  return tx
    .select({
      id: alarmEvent.id,
      alarmId: alarmEvent.alarmId,
      at: alarmEvent.at,
      from: alarmEvent.from,
      to: alarmEvent.to,
      cause: alarmEvent.cause,
      by: alarmEvent.by,
      comment: alarmEvent.comment,
      value: alarmEvent.value,
      unit: alarm.unit,
      priority: alarm.priority,
      message: alarm.message,
      key: alarm.key,
      app: installation.name,
    })
    .from(alarmEvent)
    .innerJoin(alarm, eq(alarm.id, alarmEvent.alarmId))
    .innerJoin(instance, eq(instance.id, alarm.instanceId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(
      and(
        eq(alarmEvent.orgId, orgId),
        input.alarmId ? eq(alarmEvent.alarmId, input.alarmId) : undefined,
        input.from ? gte(alarmEvent.at, input.from) : undefined,
        input.to ? lt(alarmEvent.at, input.to) : undefined,
      ),
    )
    .orderBy(desc(alarmEvent.at), desc(alarmEvent.id))
    .limit(input.limit);
}
export type JournalRow = Awaited<ReturnType<typeof readJournal>>[number];

/** More new alarms than this in ten minutes are a flood (ISA-18.2, table 7). */
export const FLOOD = 10;

/** How many alarms came up in each ten minutes of the last day: `[start, count]`, only where there were any. */
export async function readAlarmRate(tx: Tx, orgId: string, now = Date.now()) {
  const slot = sql<number>`floor(extract(epoch from ${alarmEvent.at}) / 600)::float8`;
  const rows = await tx
    .select({ slot, count: sql<number>`count(*)::int` })
    .from(alarmEvent)
    .where(
      and(
        eq(alarmEvent.orgId, orgId),
        inArray(alarmEvent.to, ['unack-active']),
        eq(alarmEvent.cause, 'condition'),
        gte(alarmEvent.at, new Date(now - 86_400_000)),
      ),
    )
    .groupBy(slot)
    .orderBy(slot);
  return {
    lastTenMinutes: rows.find((r) => r.slot === Math.floor(now / 600_000))?.count ?? 0,
    lastDay: rows.reduce((sum, r) => sum + r.count, 0),
    floods: rows.filter((r) => r.count > FLOOD).length,
    slots: rows.map((r) => [r.slot * 600_000, r.count] as const),
  };
}
