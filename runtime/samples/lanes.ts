import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { lane, tag } from '#drizzle/schema/index.ts';
import type { TagRow } from './scale.ts';

/** More tags make an entry longer than apps need at once; fewer make more entries (durable pipeline, section 2). */
export const TAGS_PER_LANE = 500;

/** Tags of one period together, `TAGS_PER_LANE` a group; a tag that has a lane keeps it, so that cursors of apps stay where they are. Pure. */
export function planGroups(
  tags: readonly Pick<TagRow, 'id' | 'laneId' | 'samplePeriodMs'>[],
  lanes: readonly { readonly id: number; readonly scanGroup: string | null }[],
): { readonly group: string; readonly laneId: number | undefined; readonly tagIds: readonly number[] }[] {
  const known = new Map(lanes.map((one) => [one.id, one.scanGroup ?? '']));
  const groups = new Map<string, { laneId: number | undefined; size: number; tagIds: number[] }>();
  for (const one of lanes) groups.set(one.scanGroup ?? '', { laneId: one.id, size: 0, tagIds: [] });
  for (const { laneId } of tags) {
    const group = laneId === null ? undefined : groups.get(known.get(laneId) ?? ' ');
    if (group) group.size++;
  }
  for (const { id, laneId, samplePeriodMs } of tags) {
    if (laneId !== null && known.has(laneId)) continue;
    for (let n = 0; ; n++) {
      const name = `${samplePeriodMs}ms/${n}`;
      const group = groups.get(name) ?? { laneId: undefined, size: 0, tagIds: [] };
      groups.set(name, group);
      if (group.size >= TAGS_PER_LANE) continue;
      group.size++;
      group.tagIds.push(id);
      break;
    }
  }
  return [...groups].map(([group, { laneId, tagIds }]) => ({ group, laneId, tagIds })).filter(({ tagIds }) => tagIds.length > 0);
}

/** Gives every tag of the connection its lane; the rows come back with it. */
export async function assignLanes(db: Tx, orgId: string, connectionId: string, tags: readonly TagRow[]): Promise<TagRow[]> {
  const lanes = await db.select({ id: lane.id, scanGroup: lane.scanGroup }).from(lane).where(eq(lane.connectionId, connectionId));
  const laneOf = new Map<number, number>();
  for (const { group, laneId, tagIds } of planGroups(tags, lanes)) {
    await db.transaction(async (tx) => {
      const [made] =
        laneId === undefined
          ? await tx.insert(lane).values({ orgId, kind: 'scan', connectionId, scanGroup: group }).returning({ id: lane.id })
          : [{ id: laneId }];
      if (!made) throw new Error('the lane was not made');
      await tx
        .update(tag)
        .set({ laneId: made.id })
        .where(and(eq(tag.orgId, orgId), inArray(tag.id, [...tagIds])));
      for (const id of tagIds) laneOf.set(id, made.id);
    });
  }
  return tags.map((one) => ({ ...one, laneId: laneOf.get(one.id) ?? one.laneId }));
}
