import { and, count, eq } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { asset, instance, tag } from '#drizzle/schema/index.ts';
import { bilingual } from '#runtime/graph/document.ts';
import { ASSET_LEVELS } from '#runtime/graph/equipment.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import { failed, LEVEL_WORDS } from './errors.ts';

export const saveAssetInput = z.object({
  /** Absent: a new one. */
  id: z.uuid().optional(),
  parentId: z.uuid().nullable(),
  level: z.enum(ASSET_LEVELS),
  code: z.string().trim().min(1).max(60),
  name: bilingual.extend({ en: z.string().trim().min(1).max(120), zh: z.string().trim().min(1).max(120) }),
  assetClass: z.string().trim().max(80).nullable().default(null),
  timeZone: z.string().trim().max(60).nullable().default(null),
});
export type SaveAssetInput = z.infer<typeof saveAssetInput>;

export async function saveAsset(tx: Tx, actor: Actor, input: SaveAssetInput): Promise<{ id: string }> {
  const { orgId, user } = actor;
  const { id, ...values } = input;
  if (values.timeZone && !knownZone(values.timeZone)) throw failed('plant.zone', { zone: values.timeZone });
  if (values.parentId) await checkParent(tx, orgId, values.parentId, input);
  const [taken] = await tx
    .select({ id: asset.id })
    .from(asset)
    .where(and(eq(asset.orgId, orgId), eq(asset.code, values.code)));
  if (taken && taken.id !== id) throw failed('plant.code-taken', { code: values.code });
  const [saved] = id
    ? await tx
        .update(asset)
        .set({ ...values, updatedAt: new Date() })
        .where(and(eq(asset.id, id), eq(asset.orgId, orgId)))
        .returning({ id: asset.id })
    : await tx
        .insert(asset)
        .values({ orgId, ...values })
        .returning({ id: asset.id });
  if (!saved) throw notFound('Asset', '资产');
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: id ? 'asset.update' : 'asset.create',
    target: `asset:${saved.id}`,
    details: values,
  });
  return saved;
}

/** The parent is of this organization, of a higher level, and not below the asset itself. */
async function checkParent(tx: Tx, orgId: string, parentId: string, input: SaveAssetInput): Promise<void> {
  let up: string | null = parentId;
  let first = true;
  while (up) {
    if (up === input.id) throw failed('plant.circle');
    const [parent]: { parentId: string | null; level: (typeof ASSET_LEVELS)[number] }[] = await tx
      .select({ parentId: asset.parentId, level: asset.level })
      .from(asset)
      .where(and(eq(asset.id, up), eq(asset.orgId, orgId)));
    if (!parent) throw notFound('Parent asset', '上级资产');
    // An asset may have assets below it (a station with its machines); other levels stand once in a branch.
    const rank = (level: (typeof ASSET_LEVELS)[number]) => ASSET_LEVELS.indexOf(level);
    if (first && (rank(parent.level) > rank(input.level) || (parent.level === input.level && input.level !== 'asset')))
      throw failed('plant.level', { level: LEVEL_WORDS[input.level], parent: LEVEL_WORDS[parent.level] });
    first = false;
    up = parent.parentId;
  }
}

function knownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const deleteAssetInput = z.object({ id: z.uuid() });

export async function deleteAsset(tx: Tx, actor: Actor, { id }: z.infer<typeof deleteAssetInput>): Promise<void> {
  const { orgId, user } = actor;
  const one = async (table: typeof asset | typeof tag | typeof instance, column: Parameters<typeof eq>[0]) =>
    (
      await tx
        .select({ n: count() })
        .from(table)
        .where(and(eq(table.orgId, orgId), eq(column, id)))
    )[0]?.n ?? 0;
  const below = await one(asset, asset.parentId);
  const tags = await one(tag, tag.assetId);
  const apps = await one(instance, instance.assetId);
  if (below + tags + apps > 0) throw failed('plant.asset-used', { below, tags, apps });
  const gone = await tx
    .delete(asset)
    .where(and(eq(asset.id, id), eq(asset.orgId, orgId)))
    .returning({ code: asset.code });
  if (!gone[0]) throw notFound('Asset', '资产');
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: 'asset.delete',
    target: `asset:${id}`,
    details: { code: gone[0].code },
  });
}
