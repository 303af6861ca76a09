import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { appVersion, asset, installation, instance, lateCount, shard } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';
import { wakeWorkers } from '../installs/place-instance.ts';
import { readProgress } from './read-progress.ts';

/** Starts or stops an instance; a start also lifts a quarantine. Its state stays, so that it goes on where it stopped. */
export async function setWanted(tx: Tx, orgId: string, instanceId: string, wanted: 'run' | 'stop'): Promise<void> {
  const changed = await tx
    .update(instance)
    .set({ wanted, updatedAt: new Date(), ...(wanted === 'run' ? { status: 'starting' as const, reason: null } : {}) })
    .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)))
    .returning({ id: instance.id });
  if (changed.length === 0) throw notFound('Instance', '实例');
  await wakeWorkers(tx, instanceId);
}

/** Takes an installation away with its instances, alarms and state. Computed history goes with them; versions and drafts stay. */
export async function uninstall(tx: Tx, orgId: string, installationId: string): Promise<void> {
  const instances = await tx
    .select({ id: instance.id })
    .from(instance)
    .where(and(eq(instance.orgId, orgId), eq(instance.installationId, installationId)));
  const gone = await tx
    .delete(installation)
    .where(and(eq(installation.id, installationId), eq(installation.orgId, orgId)))
    .returning({ id: installation.id });
  if (gone.length === 0) throw notFound('Installation', '已安装的应用');
  for (const { id } of instances) await wakeWorkers(tx, id);
}

/** Installed apps with their instances: what they should do, what they do, why not, and how far they are. */
export async function listInstallations(tx: Tx, orgId: string) {
  const installations = await tx
    .select({
      id: installation.id,
      appId: installation.appId,
      releaseId: installation.releaseId,
      name: installation.name,
      grants: installation.grants,
      version: appVersion.version,
      screens: appVersion.screens,
      updatedAt: installation.updatedAt,
    })
    .from(installation)
    .innerJoin(appVersion, eq(appVersion.id, installation.versionId))
    .where(eq(installation.orgId, orgId))
    .orderBy(desc(installation.updatedAt));
  const ids = installations.map((row) => row.id);
  if (ids.length === 0) return [];
  const instances = await tx
    .select({
      id: instance.id,
      installationId: instance.installationId,
      key: instance.key,
      assetName: asset.name,
      wanted: instance.wanted,
      status: instance.status,
      reason: instance.reason,
      version: appVersion.version,
      graphHash: appVersion.graphHash,
      bindings: instance.bindings,
      shards: instance.shards,
      /** Rows that came too late for a window or a join, by node. */
      late: sql<Readonly<Record<string, number>>>`coalesce((select jsonb_object_agg(${lateCount.node}, ${lateCount.count})
        from ${lateCount} where ${lateCount.instanceId} = ${instance.id}), '{}')`,
    })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .leftJoin(asset, eq(asset.id, instance.assetId))
    .where(and(eq(instance.orgId, orgId), inArray(instance.installationId, ids)))
    .orderBy(asc(instance.key));
  const shards = await tx
    .select({ instanceId: shard.instanceId, lanes: shard.lanes, cursor: shard.cursor, leaseUntil: shard.leaseUntil })
    .from(shard)
    .innerJoin(instance, eq(instance.id, shard.instanceId))
    .where(and(eq(shard.orgId, orgId), inArray(instance.installationId, ids), isNull(shard.endedAt)));
  const progress = await readProgress(tx, orgId, shards);
  return installations.map((row) => ({
    ...row,
    screens: row.screens.map(({ id, title }) => ({ id, title })),
    instances: instances
      .filter((one) => one.installationId === row.id)
      .map((one) => ({
        ...one,
        ...(progress.get(one.id) ?? { behind: 0, resultAt: null }),
        /** Workers hold all of it now. */
        held: allHeld(shards.filter(({ instanceId }) => instanceId === one.id)),
        /** Shards that it runs as; `shards` is what it should run as. */
        runsAs: shards.filter(({ instanceId }) => instanceId === one.id).length,
      })),
  }));
}

const allHeld = (shards: readonly { readonly leaseUntil: Date }[]): boolean =>
  shards.length > 0 && shards.every(({ leaseUntil }) => leaseUntil.getTime() > Date.now());
