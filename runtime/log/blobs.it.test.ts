import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openBlobStore } from './blobs.ts';

test('blobs: content-addressed, once on disk, read by their tenant only', async () => {
  await using database = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'mw-blobs-'));
  try {
    const store = openBlobStore(folder);
    const bytes = Buffer.from(Float32Array.from({ length: 48_000 }, (_, i) => Math.sin(i)).buffer);
    const hash = await store.put(database.db, 'a', bytes, 'application/x-f32le');
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await store.put(database.db, 'a', bytes, 'application/x-f32le')).toBe(hash);
    const file = join(folder, 'blobs', hash.slice(0, 2), hash);
    expect(readdirSync(join(folder, 'blobs', hash.slice(0, 2)))).toEqual([hash]);
    expect((await store.get(database.db, 'a', hash)).bytes.equals(bytes)).toBe(true);
    await expect(store.get(database.db, 'b', hash)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await store.put(database.db, 'b', bytes, 'application/x-f32le');
    expect((await store.get(database.db, 'b', hash)).media).toBe('application/x-f32le');
    truncateSync(file, 10); // half a file is no file
    await expect(store.get(database.db, 'a', hash)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await store.put(database.db, 'a', bytes, 'application/x-f32le');
    expect((await store.get(database.db, 'a', hash)).bytes.length).toBe(192_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
