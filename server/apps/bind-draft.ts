import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, asset, type Bindings, tag } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';

/** Role -> the tag of the instance's asset, and those of further assets that the instance is to watch; the records of each carry its asset's code. */
export const bindingsInput = z.record(
  z.string(),
  z
    .object({
      tagId: z.number().int(),
      more: z
        .array(z.object({ tagId: z.number().int() }))
        .max(1_000)
        .readonly()
        .optional(),
    })
    .nullable(),
);
/** Keys are not asked for: they are the assets' codes. */
export type GivenBindings = Readonly<
  Record<string, { readonly tagId: number; readonly more?: readonly { readonly tagId: number }[] | undefined } | null>
>;
export const bindDraftInput = z.object({ appId: z.uuid(), assetId: z.uuid(), roles: bindingsInput });

/** What the studio tests the draft on. Whether the tags fit is judged when something runs. */
export async function bindDraft(tx: Tx, orgId: string, input: z.infer<typeof bindDraftInput>): Promise<void> {
  await ownAsset(tx, orgId, input.assetId);
  const roles = keyedBindings(input.roles, await ownTags(tx, orgId, input.roles));
  const changed = await tx
    .update(app)
    .set({ binding: { assetId: input.assetId, roles } })
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
export async function ownTags(tx: Tx, orgId: string, roles: GivenBindings): Promise<Map<number, OwnTag>> {
  const ids = [
    ...new Set(Object.values(roles).flatMap((one) => (one ? [one.tagId, ...(one.more ?? []).map((m) => m.tagId)] : []))),
  ];
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ tag, assetCode: asset.code })
    .from(tag)
    .innerJoin(asset, eq(asset.id, tag.assetId))
    .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)));
  if (rows.length !== ids.length) throw notFound('Tag', '测点');
  return new Map(rows.map((row) => [row.tag.id, { ...row.tag, assetCode: row.assetCode }]));
}
export type OwnTag = typeof tag.$inferSelect & { readonly assetCode: string };

/** The keys of the further tags are their assets' codes, whatever was said. */
export function keyedBindings(given: GivenBindings, tags: ReadonlyMap<number, OwnTag>): Bindings {
  return Object.fromEntries(
    Object.entries(given).map(([role, one]) => {
      if (!one) return [role, null];
      const more = (one.more ?? []).map(({ tagId }) => ({ tagId, key: tags.get(tagId)?.assetCode ?? '' }));
      return [role, { tagId: one.tagId, ...(more.length > 0 ? { more } : {}) }];
    }),
  );
}
