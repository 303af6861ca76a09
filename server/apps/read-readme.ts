import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A first-party block's documentation, as it stands in its folder; null for a block that has none here. */
export async function readReadme(block: string): Promise<string | null> {
  const [, group, name] = /^millwright\/([a-z][a-z0-9]*)\.([a-z0-9-]+)$/.exec(block) ?? [];
  if (!group || !name) return null;
  try {
    return await readFile(join(process.cwd(), 'blocks', group, name, 'README.md'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
