import type { Db } from '#drizzle/client.ts';
import { recordRequest } from '#runtime/records/kinds.ts';
import { writeRecord } from '#runtime/records/write-record.ts';
import { type Effect, effectKey, finishEffect } from './outbox.ts';
import { reasonWith } from './reasons.ts';

/** Changes the record and answers, in one transaction: a runner that dies in the middle has done neither, one that comes late changes nothing. */
export async function performRecordWrite(db: Db, e: Effect): Promise<void> {
  await db.transaction(async (tx) => {
    const wish = recordRequest.parse(e.request);
    const result = await writeRecord(tx, e.orgId, wish, { by: `app:${e.instanceId}`, request: `effect:${effectKey(e)}` });
    if (result.ok) await finishEffect(tx, e, 'done', { ok: true, value: result.record });
    else await finishEffect(tx, e, 'refused', { ok: false, ...reasonWith(result.code, result.params) });
  });
}
