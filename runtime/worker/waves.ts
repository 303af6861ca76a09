import type { Db } from '#drizzle/client.ts';
import { BlobNotFoundError, type BlobStore } from '#runtime/log/blobs.ts';
import type { Waves } from '#runtime/step/build-input.ts';

/** 48,000 points are 192 kB: about 50 MB for all waves that are in use. */
const KEPT = 256;
const kept = new Map<string, Float32Array>();

/** Samples of the waves that a step needs, fetched before it. A blob that is gone is left out: its row says so by its quality. */
export async function fetchWaves(db: Db, blobs: BlobStore, orgId: string, hashes: readonly string[]): Promise<Waves> {
  const waves = new Map<string, Float32Array>();
  for (const hash of hashes) {
    const key = `${orgId} ${hash}`;
    let values = kept.get(key);
    if (!values) {
      try {
        const { bytes } = await blobs.get(db, orgId, hash);
        values = new Float32Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 2);
      } catch (error) {
        if (error instanceof BlobNotFoundError) continue;
        throw error;
      }
      kept.set(key, values);
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
    }
    waves.set(hash, values);
  }
  return waves;
}
