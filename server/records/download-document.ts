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

/** What a browser shows by itself and cannot run: read in place, at the page that a link names. */
const SHOWN = new Set(['application/pdf', 'image/png', 'image/jpeg']);
/** What a browser would run or render as a page (HTML Standard; media types of XML: RFC 7303). A workbook, whose type only contains "xml", is none. */
const RUNS = /^(text\/html|(text|application)\/xml|[^;]+\+xml|[^;]*(java|ecma)script)\s*(;|$)/i;

/** Everything else is saved and never shown: what somebody stored cannot run here as a page of ours (RFC 6266, RFC 8187). */
export const downloadHeaders = (name: string, media: string): Record<string, string> => ({
  'content-type': RUNS.test(media) ? 'application/octet-stream' : media,
  'content-disposition': `${SHOWN.has(media) ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-store',
});
