import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { alarm, app, asset, connection, installation, instance, member, tag } from '#drizzle/schema/index.ts';

/** Alarms that the home page lists; the rest is a number and a link. */
const TOP_ALARMS = 5;
const ACTIVE = ['unack-active', 'ack-active', 'unack-cleared'] as const;

/** Everything the home page shows, in one transaction: equipment, sources, apps, alarms, and what is still missing to begin. */
export async function readGlance(tx: Tx, orgId: string) {
  const [plant] = await tx
    .select({
      assets: sql<number>`(select count(*)::int from ${asset} where ${asset.orgId} = ${orgId})`,
      tags: sql<number>`(select count(*)::int from ${tag} where ${tag.orgId} = ${orgId})`,
      drafts: sql<number>`(select count(*)::int from ${app} where ${app.orgId} = ${orgId})`,
      members: sql<number>`(select count(*)::int from ${member} where ${member.organizationId} = ${orgId})`,
    })
    .from(sql`(values (1)) as one`);
  const connections = await tx
    .select({
      id: connection.id,
      name: connection.name,
      connector: connection.connector,
      enabled: connection.enabled,
      simulated: connection.simulated,
      status: connection.status,
    })
    .from(connection)
    .where(eq(connection.orgId, orgId))
    .orderBy(connection.name);
  const instances = await tx
    .select({
      installationId: installation.id,
      name: installation.name,
      instanceId: instance.id,
      status: instance.status,
      reason: instance.reason,
    })
    .from(installation)
    .leftJoin(instance, and(eq(instance.installationId, installation.id), eq(instance.orgId, orgId)))
    .where(eq(installation.orgId, orgId))
    .orderBy(desc(installation.updatedAt), instance.key);
  const open = and(eq(alarm.orgId, orgId), inArray(alarm.state, [...ACTIVE]));
  const byPriority = await tx
    .select({
      priority: alarm.priority,
      all: count(),
      unacknowledged: sql<number>`count(*) filter (where ${alarm.state} in ('unack-active', 'unack-cleared'))::int`,
    })
    .from(alarm)
    .where(open)
    .groupBy(alarm.priority)
    .orderBy(alarm.priority);
  const top = await tx
    .select({
      id: alarm.id,
      priority: alarm.priority,
      state: alarm.state,
      message: alarm.message,
      key: alarm.key,
      since: alarm.since,
      simulated: alarm.simulated,
    })
    .from(alarm)
    .where(open)
    .orderBy(alarm.priority, desc(alarm.since))
    .limit(TOP_ALARMS);
  const facts = plant ?? { assets: 0, tags: 0, drafts: 0, members: 0 };
  return { ...facts, connections, installations: gather(instances), alarms: { byPriority, top } };
}

interface InstanceRow {
  readonly installationId: string;
  readonly name: { readonly en: string; readonly zh: string };
  readonly instanceId: string | null;
  readonly status: (typeof instance.$inferSelect)['status'] | null;
  readonly reason: (typeof instance.$inferSelect)['reason'];
}

/** Instances under their installation, with the first reason why one does not run. */
function gather(rows: readonly InstanceRow[]) {
  const found = new Map<
    string,
    { id: string; name: InstanceRow['name']; instances: number; running: number; trouble: InstanceRow['reason'] }
  >();
  for (const row of rows) {
    const entry = found.get(row.installationId) ?? {
      id: row.installationId,
      name: row.name,
      instances: 0,
      running: 0,
      trouble: null,
    };
    if (row.instanceId) entry.instances++;
    if (row.status === 'running') entry.running++;
    if (row.status === 'failed' || row.status === 'quarantined') entry.trouble ??= row.reason;
    found.set(row.installationId, entry);
  }
  return [...found.values()];
}
