import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { asset } from '#drizzle/schema/index.ts';
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
  return { until: taken.until };
}

export async function releaseControl(tx: Tx, { orgId, user }: Actor, { assetId }: z.output<typeof releaseControlInput>) {
  await requireAsset(tx, orgId, assetId);
  return { released: await releaseLease(tx, { orgId, assetId, tagId: null, holder: { userId: user.id } }) };
}

async function requireAsset(tx: Tx, orgId: string, id: string): Promise<void> {
  const [found] = await tx
    .select({ id: asset.id })
    .from(asset)
    .where(and(eq(asset.id, id), eq(asset.orgId, orgId)));
  if (!found) throw notFound('Asset', '设备');
}
