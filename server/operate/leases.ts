import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { asset, controlLease, tag } from '#drizzle/schema/index.ts';
import { listLeases, RANK_OF_PERSONS, releaseLease, takeLease } from '#runtime/effects/control-leases.ts';
import { sayReason } from '#runtime/effects/reasons.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';

export const takeControlInput = z.object({ assetId: z.uuid(), minutes: z.int().min(1).max(480).default(30) });
export const releaseControlInput = z.object({ assetId: z.uuid() });

/** Who controls what alone now, with the seconds that are left. */
export async function listControl(tx: Tx, { orgId, user }: Actor) {
  const rows = await listLeases(tx, orgId);
  return rows.map(({ id, assetId, tagId, instanceId, userId, holder, rank, until }) => ({
    id,
    assetId,
    tagId,
    instanceId,
    holder,
    rank,
    until,
    mine: userId === user.id,
  }));
}

/** The machines that an instance is about: its own asset, and those whose tags it is bound to. */
export async function machinesOf(
  tx: Tx,
  orgId: string,
  {
    assetId,
    bindings,
  }: { readonly assetId: string | null; readonly bindings: Readonly<Record<string, { readonly tagId: number } | null>> },
) {
  const tagIds = [...new Set(Object.values(bindings).flatMap((bound) => (bound ? [bound.tagId] : [])))];
  const bound = tagIds.length
    ? await tx
        .selectDistinct({ id: tag.assetId })
        .from(tag)
        .where(and(eq(tag.orgId, orgId), inArray(tag.id, tagIds)))
    : [];
  const ids = [...new Set([...(assetId ? [assetId] : []), ...bound.map((row) => row.id)])];
  if (ids.length === 0) return [];
  const rows = await tx
    .select({ id: asset.id, code: asset.code, name: asset.name })
    .from(asset)
    .where(and(eq(asset.orgId, orgId), inArray(asset.id, ids)))
    .orderBy(asc(asset.code));
  // its own first
  return rows.sort((a, b) => Number(b.id === assetId) - Number(a.id === assetId));
}

/** Who controls these machines alone now. */
export async function readLeases(tx: Tx, orgId: string, assetIds: readonly string[]) {
  if (assetIds.length === 0) return [];
  return tx
    .select({
      id: controlLease.id,
      assetId: controlLease.assetId,
      /** Absent: the whole machine. */
      tag: tag.name,
      holder: controlLease.holder,
      /** Absent: an app. */
      userId: controlLease.userId,
      instanceId: controlLease.instanceId,
      until: controlLease.until,
    })
    .from(controlLease)
    .leftJoin(tag, eq(tag.id, controlLease.tagId))
    .where(
      and(
        eq(controlLease.orgId, orgId),
        inArray(controlLease.assetId, [...assetIds]),
        gt(controlLease.until, sql`clock_timestamp()`),
      ),
    )
    .orderBy(controlLease.until, controlLease.id);
}

/** A person takes an asset for themselves: no app acts on it until they give it back or the time is over. Another person who has it keeps it. */
export async function takeControl(tx: Tx, { orgId, user }: Actor, { assetId, minutes }: z.output<typeof takeControlInput>) {
  await requireAsset(tx, orgId, assetId);
  const taken = await takeLease(tx, {
    orgId,
    assetId,
    tagId: null,
    holder: { userId: user.id },
    name: user.name,
    rank: RANK_OF_PERSONS,
    seconds: minutes * 60,
  });
  if (!taken.ok) throw failed('operate.controlled', { why: sayReason(taken.why) ?? { en: '', zh: '' } });
  await tellScreens(tx, orgId);
  return { until: taken.until };
}

export async function releaseControl(tx: Tx, { orgId, user }: Actor, { assetId }: z.output<typeof releaseControlInput>) {
  await requireAsset(tx, orgId, assetId);
  const released = await releaseLease(tx, { orgId, assetId, tagId: null, holder: { userId: user.id } });
  await tellScreens(tx, orgId);
  return { released };
}

/** Screens look when effects were answered; an app's own claims are. */
const tellScreens = (tx: Tx, orgId: string) => tx.execute(sql`select pg_notify('effects', ${orgId})`);

async function requireAsset(tx: Tx, orgId: string, id: string): Promise<void> {
  const [found] = await tx
    .select({ id: asset.id })
    .from(asset)
    .where(and(eq(asset.id, id), eq(asset.orgId, orgId)));
  if (!found) throw notFound('Asset', '设备');
}
