import { and, eq } from 'drizzle-orm';
import type { PlantAsset, PlantSource, PlantTag } from '#runtime/plants/plant-tag.ts';
import type { Tx } from '../client.ts';
import { type AssetLevel, asset, connection, lane, tag } from '../schema/index.ts';

export interface DemoConnection {
  readonly source: PlantSource;
  readonly name: string;
  readonly connector: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** A sealed secret, made when the connection is. */
  secret?(tx: Tx): Promise<string>;
}

export interface DemoPlant {
  readonly site: { readonly code: string; readonly name: { en: string; zh: string }; readonly timeZone: string };
  readonly area: { readonly code: string; readonly name: { en: string; zh: string } };
  readonly assets: readonly PlantAsset[];
  readonly tags: readonly PlantTag[];
  readonly connections: readonly DemoConnection[];
}

/** Tag of the plant -> id of its row and lane. */
export type SeededTags = ReadonlyMap<PlantTag, { readonly id: number; readonly laneId: number }>;

/**
 * Site, area, assets, connections and tags of a demo plant. Each connection gets its scan lane here, so that the history of the first day is
 * appended to the lane that the gateway goes on with. Repeating it changes nothing that is there.
 */
export async function seedPlant(tx: Tx, orgId: string, plant: DemoPlant): Promise<SeededTags> {
  const siteId = await assetOf(tx, orgId, { ...plant.site, level: 'site' });
  const areaId = await assetOf(tx, orgId, { ...plant.area, level: 'area', parentId: siteId });
  const assetIds = new Map<string, string>();
  for (const one of plant.assets) assetIds.set(one.code, await assetOf(tx, orgId, { ...one, level: 'asset', parentId: areaId }));
  const places = new Map<PlantSource, { connectionId: string; laneId: number }>();
  for (const one of plant.connections) places.set(one.source, await connectionOf(tx, orgId, one));

  const seeded = new Map<PlantTag, { id: number; laneId: number }>();
  for (const one of plant.tags) {
    const place = places.get(one.source);
    const assetId = assetIds.get(one.asset);
    if (!place || !assetId) throw new Error(`tag ${one.name}: no connection ${one.source} or asset ${one.asset}`);
    const [present] = await tx
      .select({ id: tag.id, laneId: tag.laneId })
      .from(tag)
      .where(and(eq(tag.orgId, orgId), eq(tag.name, one.name)));
    if (present) {
      seeded.set(one, { id: present.id, laneId: present.laneId ?? place.laneId });
      continue;
    }
    const [made] = await tx
      .insert(tag)
      .values({
        orgId,
        assetId,
        name: one.name,
        title: one.title,
        type: one.type,
        access: one.access,
        connectionId: place.connectionId,
        address: one.address,
        samplePeriodMs: one.samplePeriodMs,
        // three missed samples, and never hasty
        staleAfterMs: Math.max(5_000, one.samplePeriodMs * 3),
        laneId: place.laneId,
        ...(one.signal === undefined ? {} : { signal: one.signal }),
        ...(one.unit === undefined ? {} : { unit: one.unit }),
        ...(one.low === undefined ? {} : { low: one.low }),
        ...(one.high === undefined ? {} : { high: one.high }),
        ...(one.gain === undefined ? {} : { gain: one.gain }),
        ...(one.offset === undefined ? {} : { offset: one.offset }),
      })
      .returning({ id: tag.id });
    if (!made) throw new Error('insert gave no row');
    seeded.set(one, { id: made.id, laneId: place.laneId });
  }
  return seeded;
}

interface AssetRow {
  readonly code: string;
  readonly name: { en: string; zh: string };
  readonly level: AssetLevel;
  readonly assetClass?: string;
  readonly parentId?: string;
  readonly timeZone?: string;
}
async function assetOf(tx: Tx, orgId: string, row: AssetRow): Promise<string> {
  const [present] = await tx
    .select({ id: asset.id })
    .from(asset)
    .where(and(eq(asset.orgId, orgId), eq(asset.code, row.code)));
  if (present) return present.id;
  const [made] = await tx
    .insert(asset)
    .values({
      orgId,
      code: row.code,
      name: row.name,
      level: row.level,
      ...(row.assetClass ? { assetClass: row.assetClass } : {}),
      ...(row.parentId ? { parentId: row.parentId } : {}),
      ...(row.timeZone ? { timeZone: row.timeZone } : {}),
    })
    .returning({ id: asset.id });
  if (!made) throw new Error('insert gave no row');
  return made.id;
}

async function connectionOf(tx: Tx, orgId: string, one: DemoConnection): Promise<{ connectionId: string; laneId: number }> {
  const [present] = await tx
    .select({ id: connection.id })
    .from(connection)
    .where(and(eq(connection.orgId, orgId), eq(connection.name, one.name)));
  if (present) {
    const [kept] = await tx.select({ id: lane.id }).from(lane).where(eq(lane.connectionId, present.id)).orderBy(lane.id);
    if (kept) return { connectionId: present.id, laneId: kept.id };
  }
  const connectionId = present?.id ?? (await insertConnection(tx, orgId, one));
  const [made] = await tx.insert(lane).values({ orgId, kind: 'scan', connectionId, scanGroup: '1' }).returning({ id: lane.id });
  if (!made) throw new Error('insert gave no row');
  return { connectionId, laneId: made.id };
}

async function insertConnection(tx: Tx, orgId: string, one: DemoConnection): Promise<string> {
  const secretId = await one.secret?.(tx);
  const [made] = await tx
    .insert(connection)
    .values({
      orgId,
      name: one.name,
      connector: one.connector,
      settings: { ...one.settings },
      simulated: true,
      ...(secretId ? { secretId } : {}),
    })
    .returning({ id: connection.id });
  if (!made) throw new Error('insert gave no row');
  return made.id;
}
