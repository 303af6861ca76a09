import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Files } from '#marketplace/format/package.ts';

/** The parts of an app that lies open in a folder, by the names they have in a package. */
export async function readFolder(folder: string): Promise<Files> {
  const files = new Map<string, Uint8Array>();
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const at = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, at).split(path.sep).join('/'), new Uint8Array(await readFile(at)));
  }
  return files;
}
