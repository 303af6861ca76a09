/** What `record.read` and `file.read` mean on a plant: for the app that runs, and for runs that perform nothing. */
import { and, desc, eq, sql } from 'drizzle-orm';
import { readRecords } from '#blocks/connectors/file-drop/records.ts';
import { ConnectorError } from '#blocks/sdk/connector.ts';
import type { Tx } from '#drizzle/client.ts';
import { record, recordVersion } from '#drizzle/schema/index.ts';
import { type FileRead, tooLarge } from '#runtime/effects/read-tables.ts';
import { reason } from '#runtime/effects/reasons.ts';
import { BlobNotFoundError, type BlobStore } from '#runtime/log/blobs.ts';
import { readRecordTable } from '#runtime/records/read-records.ts';
import { fileReadRequest, recordReadRequest, tableOf } from '#runtime/records/table-request.ts';
import type { Answering } from '#runtime/replay/model-answers.ts';

/** The file of a document as it was at the moment of the question; its format is what its name ends in. */
export const fileReads =
  (db: Tx, blobs: BlobStore): FileRead =>
  async (orgId, { document, encoding, fields, limit, asOf }) => {
    const [found] = await db
      .select({ data: recordVersion.data })
      .from(record)
      .innerJoin(recordVersion, eq(recordVersion.recordId, record.id))
      .where(
        and(
          eq(record.orgId, orgId),
          eq(record.kind, 'document'),
          eq(record.code, document),
          sql`${recordVersion.at} <= to_timestamp(${asOf}::float8 / 1000)`,
        ),
      )
      .orderBy(desc(recordVersion.version))
      .limit(1);
    const { name, hash } = (found?.data ?? {}) as { name?: string; hash?: string };
    if (name === undefined || hash === undefined) return reason('file-missing', { document });
    try {
      const { bytes } = await blobs.get(db, orgId, hash);
      const { rows, refused } = await readRecords(name, bytes, encoding);
      const table = tableOf(rows, fields, limit, refused);
      return tooLarge(table) ?? table;
    } catch (error) {
      if (error instanceof BlobNotFoundError) return reason('file-missing', { document });
      if (error instanceof ConnectorError) return reason('file-unreadable', { document, cause: error.text });
      throw error;
    }
  };

/** Reads for a run over recorded data: records and documents have their versions, so they are read as of the moment in any run. */
export function tableAnswers(db: Tx, blobs: BlobStore, orgId: string, model: Answering): Answering {
  const readFile = fileReads(db, blobs);
  return async (effect) => {
    if (effect.kind === 'record.read') {
      const { data: request } = recordReadRequest.safeParse(effect.request);
      if (!request) return { ok: false, reason: 'invalid-request' };
      const table = await readRecordTable(db, orgId, request);
      const large = tooLarge(table);
      return large ? { ok: false, reason: large.code } : { ok: true, value: table };
    }
    if (effect.kind !== 'file.read') return model(effect);
    const { data: request } = fileReadRequest.safeParse(effect.request);
    if (!request) return { ok: false, reason: 'invalid-request' };
    const found = await readFile(orgId, request);
    return 'code' in found ? { ok: false, reason: found.code } : { ok: true, value: found };
  };
}
