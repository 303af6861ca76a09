import type { Sql } from 'postgres';

export const DAY_MS = 86_400_000;
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
/** Partitions stand ready this far ahead, so that a machine without supervision for a week can go on. */
const AHEAD_DAYS = 7;

/** Makes today's partition and those ahead. Cheap when they are there; called at every start and hourly. */
export async function ensureDays(sql: Sql): Promise<void> {
  await sql`select log_make_days(log_today(), log_today() + ${AHEAD_DAYS}::int)`;
}

/**
 * Drops days older than `keepDays`, but only those that nothing needs any more: every shard's checkpoint (or, without one, its cursor)
 * and the historian have passed their last entry. Returns the days dropped.
 */
export async function dropOldDays(sql: Sql, keepDays: number): Promise<number[]> {
  const days = await sql<{ day: number }[]>`
    select substring(c.relname from 5)::int as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log'::regclass and substring(c.relname from 5)::int < log_today() - ${keepDays}::int order by 1`;
  const dropped: number[] = [];
  for (const { day } of days) {
    // One day after the other, oldest first: when a day is still needed, the later ones are too.
    const [needed] = await sql`
      with last as (select lane, max(seq) as seq from log where day = ${day} group by lane)
      select 1 from last l join lane on lane.id = l.lane where
        exists (
          select 1 from shard s left join checkpoint c on c.shard_id = s.id,
            unnest(s.lanes, coalesce(c.cursor, s.cursor)) as at(lane, seq)
          where at.lane = l.lane and coalesce(at.seq, 0) < l.seq)
        or exists (
          select 1 from shard s left join checkpoint c on c.shard_id = s.id
          where s.out_lane = l.lane and coalesce(c.step, 0) < l.seq)
        or (lane.kind <> 'control' and not exists (select 1 from history_cursor h where h.lane_id = l.lane and h.seq >= l.seq))
      limit 1`;
    if (needed) break;
    await sql.unsafe(`drop table log_${Number(day)}`);
    dropped.push(day);
  }
  return dropped;
}
