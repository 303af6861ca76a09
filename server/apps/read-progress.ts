import { and, eq, inArray, max, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { lane, latest, series } from '#drizzle/schema/index.ts';

export interface Progress {
  /** Entries of the log that the instance has still to work off; small and changing when it keeps up. */
  readonly behind: number;
  /** Event time of its newest result, epoch ms; null before the first. */
  readonly resultAt: number | null;
}
interface ShardPlace {
  readonly instanceId: string;
  readonly lanes: readonly number[];
  readonly cursor: readonly number[];
}

/** How far instances are: what waits for them and how old their newest result is. */
export async function readProgress(tx: Tx, orgId: string, shards: readonly ShardPlace[]): Promise<ReadonlyMap<string, Progress>> {
  const wanted = [...new Set(shards.flatMap((shard) => shard.lanes))];
  // A lane may have gone with its connection: nothing waits in it.
  const there = wanted.length
    ? await tx
        .select({ id: lane.id })
        .from(lane)
        .where(and(eq(lane.orgId, orgId), inArray(lane.id, wanted)))
    : [];
  const lanes = there.map((row) => row.id);
  const heads = new Map<number, number>();
  if (lanes.length > 0) {
    const asked = sql.join(
      lanes.map((id) => sql`${id}`),
      sql`, `,
    );
    const [row] = await tx.execute<{ heads: string[] }>(sql`select log_heads(array[${asked}]::int4[]) as heads`);
    row?.heads.forEach((head, at) => {
      heads.set(lanes[at] ?? -1, Number(head));
    });
  }
  const ids = [...new Set(shards.map((shard) => shard.instanceId))];
  const results = ids.length
    ? await tx
        .select({ instanceId: series.instanceId, at: max(latest.time) })
        .from(series)
        .innerJoin(latest, eq(latest.tagId, series.id))
        .where(and(eq(series.orgId, orgId), inArray(series.instanceId, ids)))
        .groupBy(series.instanceId)
    : [];
  const resultAt = new Map(results.map((row) => [row.instanceId, row.at]));
  return new Map(
    ids.map((id) => [
      id,
      {
        behind: shards.filter((shard) => shard.instanceId === id).reduce((sum, shard) => sum + waiting(shard, heads), 0),
        resultAt: resultAt.get(id) ?? null,
      },
    ]),
  );
}

const waiting = ({ lanes, cursor }: ShardPlace, heads: ReadonlyMap<number, number>): number =>
  lanes.reduce((sum, id, at) => sum + Math.max(0, (heads.get(id) ?? 0) - (cursor[at] ?? 0)), 0);
