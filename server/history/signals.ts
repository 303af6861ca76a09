import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { asset, installation, instance, series, shard, tag } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { keyPart } from '#runtime/step/key-part.ts';
import { notFound } from '../errors.ts';

/** Something that has a history: a tag, or a column of an app's output. */
export interface Signal {
  readonly id: number;
  readonly kind: 'tag' | 'output';
  readonly name: string;
  readonly title: Bilingual | null;
  readonly type: string;
  readonly unit: string | null;
  /** Code of the asset, or record key of the output. */
  readonly of: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly staleAfterMs: number | null;
  /** Lane of the log that carries it; null until its connection has been read once. */
  readonly lane: number | null;
}

/** All tags and computed series of the organization, or those with these ids. */
export async function listSignals(tx: Tx, orgId: string, ids?: readonly number[]): Promise<Signal[]> {
  if (ids?.length === 0) return [];
  const tags = await tx
    .select({
      id: tag.id,
      name: tag.name,
      title: tag.title,
      type: tag.type,
      unit: tag.unit,
      of: asset.code,
      low: tag.low,
      high: tag.high,
      staleAfterMs: tag.staleAfterMs,
      lane: tag.laneId,
    })
    .from(tag)
    .innerJoin(asset, eq(asset.id, tag.assetId))
    .where(and(eq(tag.orgId, orgId), ids && inArray(tag.id, [...ids])))
    .orderBy(asc(tag.name));
  const outputs = await tx
    .select({
      id: series.id,
      output: series.output,
      column: series.column,
      app: installation.name,
      type: series.type,
      unit: series.unit,
      of: series.key,
      instanceId: series.instanceId,
    })
    .from(series)
    .innerJoin(instance, eq(instance.id, series.instanceId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(series.orgId, orgId), ids && inArray(series.id, [...ids])))
    .orderBy(asc(series.output), asc(series.column));
  const laneOf = await outputLanes(tx, orgId, [...new Set(outputs.map((o) => o.instanceId))]);
  return [
    ...tags.map((t) => ({ ...t, kind: 'tag' as const })),
    ...outputs.map(({ output, column, app, instanceId, ...o }) => ({
      ...o,
      lane: laneOf(instanceId, o.of),
      kind: 'output' as const,
      name: column === '*' ? output : `${output}.${column}`,
      title: { en: `${app.en}: ${output}`, zh: `${app.zh}：${output}` },
      low: null,
      high: null,
      staleAfterMs: null,
    })),
  ];
}

/** The output lane that values of a key come in: of a split instance, that of the shard which has the key. */
async function outputLanes(tx: Tx, orgId: string, instances: readonly string[]) {
  const shards = instances.length
    ? await tx
        .select({ instanceId: shard.instanceId, part: shard.part, parts: shard.parts, lane: shard.outLane })
        .from(shard)
        .where(and(eq(shard.orgId, orgId), inArray(shard.instanceId, [...instances]), isNull(shard.endedAt)))
    : [];
  return (instanceId: string, key: string): number | null =>
    shards.find((s) => s.instanceId === instanceId && s.part === keyPart(key, s.parts))?.lane ?? null;
}

/** The signals with these ids, in their order; a foreign or missing id is not found. */
export async function requireSignals(tx: Tx, orgId: string, ids: readonly number[]): Promise<Signal[]> {
  const found = new Map((await listSignals(tx, orgId, ids)).map((s) => [s.id, s]));
  return ids.map((id) => {
    const signal = found.get(id);
    if (!signal) throw notFound(`Tag ${id}`, `测点 ${id}`);
    return signal;
  });
}
