import { asc, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { asset, connection, tag } from '#drizzle/schema/index.ts';

/** The equipment hierarchy with its tags. One answer: a site has thousands of tags at most, and the screen filters as one types. */
export async function readPlant(tx: Tx, orgId: string) {
  const assets = await tx
    .select({
      id: asset.id,
      parentId: asset.parentId,
      level: asset.level,
      code: asset.code,
      name: asset.name,
      assetClass: asset.assetClass,
      timeZone: asset.timeZone,
    })
    .from(asset)
    .where(eq(asset.orgId, orgId))
    .orderBy(asc(asset.code));
  const tags = await tx
    .select({
      id: tag.id,
      assetId: tag.assetId,
      name: tag.name,
      title: tag.title,
      signal: tag.signal,
      type: tag.type,
      unit: tag.unit,
      low: tag.low,
      high: tag.high,
      access: tag.access,
      connectionId: tag.connectionId,
      connection: connection.name,
      connectionEnabled: connection.enabled,
      address: tag.address,
      gain: tag.gain,
      offset: tag.offset,
      samplePeriodMs: tag.samplePeriodMs,
      staleAfterMs: tag.staleAfterMs,
    })
    .from(tag)
    .leftJoin(connection, eq(connection.id, tag.connectionId))
    .where(eq(tag.orgId, orgId))
    .orderBy(asc(tag.name));
  return { assets, tags };
}
export type Plant = Awaited<ReturnType<typeof readPlant>>;
export type PlantAsset = Plant['assets'][number];
export type PlantTag = Plant['tags'][number];
