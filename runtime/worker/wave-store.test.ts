import { expect, test } from 'vitest';
import type { Db } from '#drizzle/client.ts';
import { BlobNotFoundError, type BlobStore } from '#runtime/log/blobs.ts';
import { openWaveStore } from './wave-store.ts';

test('a wave that is no longer kept is left out, and counted once however often it is named', async () => {
  const bytes = Buffer.from(Float32Array.of(0.5, -0.25).buffer);
  const blobs: Pick<BlobStore, 'get'> = {
    get: async (_tx, _orgId, hash) => {
      if (hash.startsWith('gone')) throw new BlobNotFoundError(hash);
      return { bytes, media: 'application/octet-stream' };
    },
  };
  const store = openWaveStore({ db: {} as Db, blobs: blobs as BlobStore }, 'wave-test');
  const waves = await store.fetch(['kept', 'gone-1']);
  expect(waves).toEqual(new Map([['kept', Float32Array.of(0.5, -0.25)]]));
  await store.fetch(['gone-1', 'gone-2']);
  expect(store.gone).toBe(2);
});
