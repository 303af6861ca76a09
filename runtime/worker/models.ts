import { and, eq } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { blob } from '#drizzle/schema/index.ts';
import type { ModelStore } from '#runtime/compute/requests.ts';
import { BlobNotFoundError, type BlobStore } from '#runtime/log/blobs.ts';

/** Models of an organization: its blobs, by the hash of their bytes. Another organization's are not there. */
export const storedModels = (db: Db, blobs: BlobStore): ModelStore => ({
  async has(orgId, hash) {
    const rows = await db
      .select({ hash: blob.hash })
      .from(blob)
      .where(and(eq(blob.orgId, orgId), eq(blob.hash, hash)));
    return rows.length > 0;
  },
  read: (orgId, hash) =>
    blobs.get(db, orgId, hash).then(
      ({ bytes }) => bytes,
      (error: unknown) => {
        if (error instanceof BlobNotFoundError) return undefined;
        throw error;
      },
    ),
});
