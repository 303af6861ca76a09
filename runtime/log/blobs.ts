import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
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
  /** Stores the bytes (on disk before the row, the row before any entry that refers to it) and gives their SHA-256. Repeating it does nothing. */
  put(tx: Tx, orgId: string, bytes: Uint8Array, media: string): Promise<string>;
  get(tx: Tx, orgId: string, hash: string): Promise<{ bytes: Buffer; media: string }>;
}

/** Content-addressed files `blobs/ab/<hash>` under the data folder. The same content is one file; who may read it is in the table. */
export function openBlobStore(dataFolder: string): BlobStore {
  const root = join(dataFolder, 'blobs');
  const pathOf = (hash: string) => join(root, hash.slice(0, 2), hash);
  return {
    async put(tx, orgId, bytes, media) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      await writeDurably(pathOf(hash), bytes);
      await tx
        .insert(blob)
        .values({ orgId, hash, media, size: bytes.length })
        .onConflictDoUpdate({ target: [blob.orgId, blob.hash], set: { lastUsedAt: new Date() } });
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
