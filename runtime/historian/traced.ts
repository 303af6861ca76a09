import type { Database } from '#drizzle/client.ts';
import type { TracedStep } from './consume.ts';

/** Told to traces: the results of these steps are in the history now. Beside the storing, never in its way. */
export async function noteStored(
  sql: Database['sql'],
  orgId: string,
  steps: readonly TracedStep[],
  now = Date.now(),
): Promise<void> {
  await sql`
    insert into hop_time (shard_id, step, hop, org_id, at)
    select u.shard, u.step, 'stored', ${orgId}, ${now} from unnest(${steps.map((s) => s.shardId)}::int4[], ${steps.map((s) => s.step)}::int8[]) u(shard, step)
    on conflict do nothing`;
}
