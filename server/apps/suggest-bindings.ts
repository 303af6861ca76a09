import { asc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { asset, tag } from '#drizzle/schema/index.ts';
import { misfit, suggestMapping, type TagFacts } from '#marketplace/install/suggest.ts';
import { tagRole } from '#runtime/graph/document.ts';
import { conversionOf } from '../installs/check-bindings.ts';

export const suggestInput = z.object({ roles: z.array(tagRole).max(200), assetId: z.uuid().optional() });

/** Assets that have tags, and for the chosen one what could fill each role; without one, the asset that fills most is chosen. */
export async function suggestBindings(tx: Tx, orgId: string, input: z.infer<typeof suggestInput>) {
  const assets = await tx
    .select({ id: asset.id, code: asset.code, name: asset.name, tags: sql<number>`count(${tag.id})::int` })
    .from(asset)
    .innerJoin(tag, eq(tag.assetId, asset.id))
    .where(eq(asset.orgId, orgId))
    .groupBy(asset.id)
    .orderBy(asc(asset.code));
  const tags = await tx.select().from(tag).where(eq(tag.orgId, orgId)).orderBy(asc(tag.name));
  const choices = (input.assetId ? assets.filter((one) => one.id === input.assetId) : assets).map(({ id }) => {
    const own = tags.filter((one) => one.assetId === id);
    const mapping = suggestMapping(input.roles, own, conversionOf);
    return { id, own, mapping, found: Object.values(mapping).filter(Boolean).length };
  });
  const best = choices.reduce<(typeof choices)[number] | undefined>((a, b) => (a && a.found >= b.found ? a : b), undefined);
  // What the asset itself does not offer may be measured beside it: a meter of the line, a part of the station.
  const open = input.roles.filter((role) => !best?.mapping[role.name]);
  const others: TagFacts[] = tags.filter((one) => one.assetId !== best?.id);
  const beside = suggestMapping(open, others, conversionOf);
  const choosable: TagFacts[] = [...(best?.own ?? []), ...others];
  return {
    assets,
    assetId: best?.id ?? null,
    roles: input.roles.map((role) => ({
      role: role.name,
      tagId: best?.mapping[role.name]?.tagId ?? beside[role.name]?.tagId ?? null,
      options: choosable
        .filter((one) => !misfit(role, one, conversionOf))
        .map(({ id, name, unit }) => ({ id, name, unit: unit ?? null })),
    })),
  };
}
