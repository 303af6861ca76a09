import { and, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { record } from '#drizzle/schema/index.ts';
import { BlobNotFoundError, openBlobStore } from '#runtime/log/blobs.ts';
import { env } from '../env.ts';
import { notFound } from '../errors.ts';

/** The file of a document as it is now, of this organization alone. */
export async function downloadDocument(
  tx: Tx,
  orgId: string,
  code: string,
): Promise<{ name: string; media: string; bytes: Buffer }> {
  const [row] = await tx
    .select({ data: record.data })
    .from(record)
    .where(and(eq(record.orgId, orgId), eq(record.kind, 'document'), eq(record.code, code)));
  if (!row) throw notFound('Document', '文档');
  const { name, media, hash } = row.data as { name?: string; media?: string; hash?: string };
  try {
    const { bytes } = await openBlobStore(env().MILLWRIGHT_DATA).get(tx, orgId, String(hash));
    return { name: name ?? code, media: media ?? 'application/octet-stream', bytes };
  } catch (error) {
    if (error instanceof BlobNotFoundError) throw notFound('The file of the document', '文档的文件');
    throw error;
  }
}

/** A file is saved and never shown in place: what somebody stored cannot run here as a page of ours (RFC 6266, RFC 8187). */
export const downloadHeaders = (name: string, media: string): Record<string, string> => ({
  'content-type': /^text\/html|xml|svg|javascript/i.test(media) ? 'application/octet-stream' : media,
  'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-store',
});
