import type { Database, Db } from '#drizzle/client.ts';
import { type HistoryAnswer, historyRequest } from './history-request.ts';
import { type Effect, finishEffect } from './outbox.ts';
import { reasonWith } from './reasons.ts';

/** What reads for an instance: `runtime/worker/history-reads.ts`. */
export type HistoryRead = (
  asked: Pick<Effect, 'orgId' | 'instanceId' | 'key'> & { readonly request: ReturnType<typeof historyRequest.parse> },
) => Promise<HistoryAnswer>;

/** Reads for the app and answers. Nothing is changed by it, so whoever is killed in the middle leaves it to the next. */
export const performHistoryRead =
  (read: HistoryRead) =>
  async (db: Db, e: Effect): Promise<void> => {
    const { orgId, instanceId, key } = e;
    const answer = await read({ orgId, instanceId, key, request: historyRequest.parse(e.request) });
    if (answer.ok) await finishEffect(db, e, 'done', answer);
    else await finishEffect(db, e, 'refused', { ok: false, ...reasonWith(answer.code, answer.params) });
  };

const A_BATCH = 5_000;
/**
 * Takes away what was read for apps long ago: the log and its archives have the answers, and a run of another version reads the same once more. What else apps
 * asked for stays longer (`drop-effects.ts`).
 */
export async function dropOldReads(sql: Database['sql'], days: number, signal?: AbortSignal): Promise<number> {
  for (let all = 0; ; ) {
    const gone = await sql`delete from effect where (shard_id, step, ordinal) in (
      select shard_id, step, ordinal from effect
      where kind = 'history.read' and answered and done_at < now() - ${days} * interval '1 day' limit ${A_BATCH})`;
    all += gone.count;
    if (gone.count < A_BATCH || signal?.aborted) return all;
  }
}
