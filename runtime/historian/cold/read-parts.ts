import { join } from 'node:path';
import type { Samples } from '../samples.ts';
import { readColdFile } from './read-file.ts';

/** Every process of the product has its data folder in the environment. */
const folderOfProcess = (): string => process.env.MILLWRIGHT_DATA || '.millwright';

/** Parts of several files. A file that moved on while it was asked for is missing from the answer: the caller asks again. */
export async function readColdParts(
  dataFolder: string | undefined,
  wanted: readonly { readonly path: string; readonly part: number }[],
): Promise<{ id: number; lane: number; samples: Samples }[]> {
  const byFile = new Map<string, number[]>();
  for (const { path, part } of wanted) byFile.set(path, [...(byFile.get(path) ?? []), part]);
  const found: { id: number; lane: number; samples: Samples }[] = [];
  for (const [path, parts] of byFile) {
    const read = await readColdFile(join(dataFolder ?? folderOfProcess(), path), parts);
    for (const { tag, lane, samples } of read.values()) found.push({ id: tag, lane, samples });
  }
  return found;
}
