import type { Db } from '#drizzle/client.ts';
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
