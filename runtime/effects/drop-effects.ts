import type { Database } from '#drizzle/client.ts';

const A_BATCH = 5_000;
/** What failed for good and nobody has decided about waits for a person for so long. */
const UNSETTLED_DAYS = 365;

/**
 * Takes away effects that are over when the log and its archives, `days` together, no longer have the steps that asked for them: no run can ask for their
 * answers any more, and what was done to machines stands in the audit. Those that failed for good stay until a person has decided, a year at most.
 * What goes is counted by organization (`effect_gone`). Gives how many.
 */
export async function dropOldEffects(sql: Database['sql'], days: number, signal?: AbortSignal): Promise<number> {
  for (let all = 0; ; ) {
    const [gone] = await sql<{ count: number }[]>`
      with old as (
        select shard_id, step, ordinal from effect
        where status in ('done', 'refused', 'failed', 'expired', 'dead') and answered
          and done_at < now() - ${days} * interval '1 day'
          and (status not in ('failed', 'dead') or settled is not null or done_at < now() - ${Math.max(days, UNSETTLED_DAYS)} * interval '1 day')
        limit ${A_BATCH} for update skip locked),
      dropped as (
        delete from effect e using old where e.shard_id = old.shard_id and e.step = old.step and e.ordinal = old.ordinal returning e.org_id),
      counted as (
        insert into effect_gone (org_id, count) select org_id, count(*) from dropped group by org_id
        on conflict (org_id) do update set count = effect_gone.count + excluded.count, updated_at = now())
      select count(*)::int4 as count from dropped`;
    const count = gone?.count ?? 0;
    all += count;
    if (count < A_BATCH || signal?.aborted) return all;
  }
}
