import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { type Bindings, instance, lane, shard } from '#drizzle/schema/index.ts';

export interface Placement {
  readonly orgId: string;
  readonly installationId: string;
  readonly versionId: string;
  readonly asset: { readonly id: string; readonly code: string };
  readonly bindings: Bindings;
  /** Lanes of the bound tags. */
  readonly lanes: readonly number[];
}

/**
 * Puts a version on an asset: a new instance with its shard and output lane, or the one that is there with the new version and bindings.
 * It reads from now on: lanes that are new to it start at their newest entry, the others go on at the committed cursor. A running shard
 * loses its lease at once (its token grows), so no step of the old version can commit afterwards. Wakes the workers.
 */
export async function placeInstance(tx: Tx, place: Placement): Promise<{ instanceId: string; made: boolean }> {
  const { orgId, installationId, versionId, asset, bindings } = place;
  const lanes = [...new Set([await controlLane(tx, orgId), ...place.lanes])].sort((a, b) => a - b);
  const [present] = await tx
    .select({ id: instance.id })
    .from(instance)
    .where(and(eq(instance.orgId, orgId), eq(instance.installationId, installationId), eq(instance.assetId, asset.id)))
    .for('update');
  const state = { versionId, bindings, wanted: 'run', status: 'starting', reason: null, updatedAt: new Date() } as const;
  let instanceId: string;
  if (present) {
    instanceId = present.id;
    await tx.update(instance).set(state).where(eq(instance.id, instanceId));
    await moveShards(tx, orgId, instanceId);
  } else {
    const [made] = await tx
      .insert(instance)
      .values({ orgId, installationId, assetId: asset.id, key: asset.code, ...state })
      .returning({ id: instance.id });
    if (!made) throw new Error('insert gave no row');
    instanceId = made.id;
    const [out] = await tx.insert(lane).values({ orgId, kind: 'output' }).returning({ id: lane.id });
    if (!out) throw new Error('insert gave no row');
    await tx.insert(shard).values({ orgId, instanceId, lanes, outLane: out.id, cursor: await headsOf(tx, lanes) });
  }
  await wakeWorkers(tx, instanceId);
  return { instanceId, made: !present };
}

/**
 * Only the lease moves. Lanes and cursor belong to the journal until a worker has brought the state to the committed step; it then gives the
 * shard the lanes of the new bindings (`runtime/worker/hold.ts`).
 */
async function moveShards(tx: Tx, orgId: string, instanceId: string): Promise<void> {
  await tx
    .update(shard)
    .set({ token: sql`${shard.token} + 1`, holder: null, leaseUntil: new Date(0) })
    .where(and(eq(shard.orgId, orgId), eq(shard.instanceId, instanceId), isNull(shard.endedAt)));
}

async function headsOf(tx: Tx, lanes: readonly number[]): Promise<number[]> {
  const [row] = await tx.execute<{ heads: (string | number)[] }>(
    sql`select log_heads(array[${sql.join(
      lanes.map((id) => sql`${id}`),
      sql`, `,
    )}]::int4[]) as heads`,
  );
  return (row?.heads ?? []).map(Number);
}

async function controlLane(tx: Tx, orgId: string): Promise<number> {
  const [found] = await tx
    .select({ id: lane.id })
    .from(lane)
    .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control')));
  if (!found) throw new Error(`organization ${orgId} has no control lane`);
  return found.id;
}

/** Workers look again at what this instance should be doing; sent when the transaction commits. */
export const wakeWorkers = (tx: Tx, instanceId: string) => tx.execute(sql`select pg_notify('control', ${instanceId})`);
