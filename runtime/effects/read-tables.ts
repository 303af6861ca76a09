import type { Db } from '#drizzle/client.ts';
import { readRecordTable } from '#runtime/records/read-records.ts';
import { type FileReadRequest, fileReadRequest, type ReadTable, recordReadRequest } from '#runtime/records/table-request.ts';
import { type Effect, finishEffect } from './outbox.ts';
import { type Reason, reason } from './reasons.ts';

/** Reads records for the app and answers. Nothing is changed by it, so whoever is killed in the middle leaves it to the next. */
export async function performRecordRead(db: Db, e: Effect): Promise<void> {
  const table = await readRecordTable(db, e.orgId, recordReadRequest.parse(e.request));
  await answerTable(db, e, table);
}

/** What reads files: `runtime/worker/file-reads.ts`. */
export type FileRead = (orgId: string, request: FileReadRequest) => Promise<ReadTable | Reason>;

export const performFileRead =
  (read: FileRead) =>
  async (db: Db, e: Effect): Promise<void> => {
    const found = await read(e.orgId, fileReadRequest.parse(e.request));
    if ('code' in found) await finishEffect(db, e, 'refused', { ok: false, ...found });
    else await answerTable(db, e, found);
  };

/** An answer is an entry of the log and goes to every worker that follows it. */
const MOST_BYTES = 2 * 1024 * 1024;
export const tooLarge = (table: ReadTable): Reason | undefined =>
  Buffer.byteLength(JSON.stringify(table)) > MOST_BYTES ? reason('table-large', { limit: MOST_BYTES / 1024 / 1024 }) : undefined;

async function answerTable(db: Db, e: Effect, table: ReadTable): Promise<void> {
  const large = tooLarge(table);
  if (large) await finishEffect(db, e, 'refused', { ok: false, ...large });
  else await finishEffect(db, e, 'done', { ok: true, value: table });
}
