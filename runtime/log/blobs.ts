import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { blob } from '#drizzle/schema/index.ts';

/** No such blob for this tenant; another tenant's looks the same. */
export class BlobNotFoundError extends Error {
  readonly code = 'BLOB_NOT_FOUND';
  constructor(hash: string) {
    super(`blob ${hash} is not here`);
    this.name = 'BlobNotFoundError';
  }
}

export interface BlobStore {
  /**
   * Stores the bytes (on disk before the row, the row before any entry that refers to it) and gives their SHA-256. Repeating it does
   * nothing but keep them: what nothing refers to is collected some time after it was last put (`blob-collection.ts`).
   */
  put(tx: Tx, orgId: string, bytes: Uint8Array, media: string): Promise<string>;
  get(tx: Tx, orgId: string, hash: string): Promise<{ bytes: Buffer; media: string }>;
}

/** Number space of advisory locks: 1 lanes, 2 workers, 3 the historian, 5 blobs by hash. */
const SPACE = 5;
/** Held by whoever makes or takes away the row of a hash, of any tenant: the file is one for all. */
export const blobLock = (hash: string) => sql`pg_advisory_xact_lock(${SPACE}, hashtext(${hash}))`;
export const blobFolder = (dataFolder: string): string => join(dataFolder, 'blobs');
export const blobPath = (dataFolder: string, hash: string): string => join(blobFolder(dataFolder), hash.slice(0, 2), hash);

/** Content-addressed files `blobs/ab/<hash>` under the data folder. The same content is one file; who may read it is in the table. */
export function openBlobStore(dataFolder: string): BlobStore {
  const pathOf = (hash: string) => blobPath(dataFolder, hash);
  return {
    async put(tx, orgId, bytes, media) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      await writeDurably(pathOf(hash), bytes);
      await tx.execute(sql`
        with held as (select ${blobLock(hash)})
        insert into ${blob} (org_id, hash, media, size) select ${orgId}, ${hash}, ${media}, ${bytes.length}::int8 from held
        on conflict (org_id, hash) do update set last_used_at = now(), doomed_at = null`);
      // The collector may have taken the file away after it was found above; from the row on it no longer does.
      await writeDurably(pathOf(hash), bytes);
      return hash;
    },
    async get(tx, orgId, hash) {
      const [row] = await tx
        .select({ media: blob.media, size: blob.size })
        .from(blob)
        .where(and(eq(blob.orgId, orgId), eq(blob.hash, hash)));
      if (!row) throw new BlobNotFoundError(hash);
      const bytes = await readFile(pathOf(hash)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? new BlobNotFoundError(hash) : error;
      });
      if (bytes.length !== row.size) throw new BlobNotFoundError(hash);
      return { bytes, media: row.media };
    },
  };
}

/** Whole or not at all, also when the machine loses power: file, then name, then folder are flushed. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.size === bytes.length) return;
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
