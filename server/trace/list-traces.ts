import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import type { Bilingual } from '#runtime/graph/document.ts';

export const listTracesInput = z.object({
  instanceId: z.uuid().optional(),
  /** Only steps in which a row was set aside, or whose action was not done. */
  failures: z.boolean().default(false),
  limit: z.number().int().min(1).max(200).default(60),
});

/** Of one step, epoch ms; null where it is not known, or did not come to pass. */
export interface TraceRow {
  readonly shardId: number;
  readonly step: number;
  readonly kept: 'head' | 'action' | 'failure';
  readonly app: Bilingual;
  readonly key: string;
  readonly instanceId: string;
  readonly lane: number | null;
  readonly seq: number | null;
  readonly measuredAt: number | null;
  readonly receivedAt: number | null;
  readonly appendedAt: number | null;
  readonly readAt: number;
  readonly steppedAt: number | null;
  readonly committedAt: number;
  readonly storedAt: number | null;
  readonly sentAt: number | null;
  readonly drawnAt: number | null;
  /** The last of its actions was done. */
  readonly performedAt: number | null;
  readonly actions: number;
  /** Actions that were not done. */
  readonly undone: number;
  readonly rows: number;
  readonly failed: { readonly node: string; readonly message: string } | null;
}
export interface TraceList {
  readonly traces: readonly TraceRow[];
  /** Steps since the oldest that is kept, and how many of them are kept: bounded means that not all are. */
  readonly steps: number;
  readonly kept: number;
}

/** Statuses of actions that were not done and will not be by themselves. */
const UNDONE = sql`('refused', 'failed', 'expired', 'dead')`;

/** Traced steps of the organization's apps, newest first, with the time of each hop. */
export async function listTraces(tx: Tx, orgId: string, input: z.infer<typeof listTracesInput>): Promise<TraceList> {
  const ofInstance = (column: SQL) => (input.instanceId ? sql`and ${column} = ${input.instanceId}::uuid` : sql``);
  const traces = await tx.execute<TraceRow & Record<string, unknown>>(sql`
    select s.shard_id as "shardId", s.step::float8 as step, s.kept, i.name as app, n.key, n.id as "instanceId", s.lane, s.seq::float8 as seq,
      s.measured_at as "measuredAt", s.received_at as "receivedAt", s.appended_at as "appendedAt", s.read_at as "readAt",
      s.stepped_at as "steppedAt", s.committed_at as "committedAt", h.stored as "storedAt", h.sent as "sentAt", h.drawn as "drawnAt",
      e.done as "performedAt", coalesce(e.n, 0)::int4 as actions, coalesce(e.undone, 0)::int4 as undone, s.rows, s.failed
    from step_time s
      join shard d on d.id = s.shard_id and d.org_id = ${orgId}
      join instance n on n.id = d.instance_id
      join installation i on i.id = n.installation_id
      left join lateral (
        select max(at) filter (where hop = 'stored') as stored, max(at) filter (where hop = 'sent') as sent, max(at) filter (where hop = 'drawn') as drawn
        from hop_time h where h.org_id = ${orgId} and h.shard_id = s.shard_id and h.step = s.step) h on true
      left join lateral (
        select count(*) as n, count(*) filter (where status in ${UNDONE}) as undone,
          extract(epoch from max(done_at) filter (where status = 'done'))::float8 * 1000 as done
        from effect e where e.org_id = ${orgId} and e.shard_id = s.shard_id and e.step = s.step) e on true
    where s.org_id = ${orgId} ${ofInstance(sql`n.id`)} ${input.failures ? sql`and (s.kept = 'failure' or e.undone > 0)` : sql``}
    order by s.committed_at desc limit ${input.limit}`);
  const [counts] = await tx.execute<{ steps: number; kept: number }>(sql`
    select coalesce(sum(d.step - k.first + 1), 0)::float8 as steps, coalesce(sum(k.n), 0)::float8 as kept
    from (select shard_id, min(step) as first, count(*) as n from step_time where org_id = ${orgId} group by shard_id) k
      join shard d on d.id = k.shard_id and d.org_id = ${orgId} ${ofInstance(sql`d.instance_id`)}`);
  return { traces: [...traces], steps: counts?.steps ?? 0, kept: counts?.kept ?? 0 };
}
