import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, asset, type Bindings, tag } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';

export const bindingsInput = z.record(z.string(), z.object({ tagId: z.number().int() }).nullable());
export const bindDraftInput = z.object({ appId: z.uuid(), assetId: z.uuid(), roles: bindingsInput });

/** What the studio tests the draft on. Whether the tags fit is judged when something runs. */
export async function bindDraft(tx: Tx, orgId: string, input: z.infer<typeof bindDraftInput>): Promise<void> {
  await ownAsset(tx, orgId, input.assetId);
  await ownTags(tx, orgId, input.roles);
  const changed = await tx
    .update(app)
    .set({ binding: { assetId: input.assetId, roles: input.roles } })
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)))
    .returning({ id: app.id });
  if (changed.length === 0) throw notFound('App', '应用');
}

export async function ownAsset(tx: Tx, orgId: string, assetId: string) {
  const [found] = await tx
    .select({ id: asset.id, code: asset.code, name: asset.name })
    .from(asset)
    .where(and(eq(asset.id, assetId), eq(asset.orgId, orgId)));
  if (!found) throw notFound('Asset', '资产');
  return found;
}

/** The bound tags by id; a tag of another organization is not found. */
export async function ownTags(tx: Tx, orgId: string, roles: Bindings): Promise<Map<number, typeof tag.$inferSelect>> {
  const ids = [...new Set(Object.values(roles).flatMap((binding) => (binding ? [binding.tagId] : [])))];
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(tag)
    .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)));
  if (rows.length !== ids.length) throw notFound('Tag', '测点');
  return new Map(rows.map((row) => [row.id, row]));
}
