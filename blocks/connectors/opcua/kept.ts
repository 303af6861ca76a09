import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectorHost } from '#blocks/sdk/connector.ts';
import type { Item, KeptSubscription } from './subscription.ts';

const FILE = 'subscription.json';

/** What the connection's folder says of the subscription that stands at the server. */
export async function keptSubscription(host: Pick<ConnectorHost, 'folder'>): Promise<KeptSubscription | undefined> {
  try {
    return JSON.parse(await readFile(join(await host.folder(), FILE), 'utf8')) as KeptSubscription;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function keepSubscription(host: Pick<ConnectorHost, 'folder'>, kept: KeptSubscription | undefined): Promise<void> {
  const file = join(await host.folder(), FILE);
  if (!kept) {
    await rm(file, { force: true });
    return;
  }
  await writeFile(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Do they serve the same tags in the same way? What the server refused before is asked for again. */
export function sameItems(items: readonly Item[], wanted: readonly Omit<Item, 'handle'>[]): boolean {
  const text = ({ nodeId, tag }: Omit<Item, 'handle'>) => `${tag.tagId} ${nodeId} ${tag.type} ${tag.samplePeriodMs}`;
  const known = new Set(items.map(text));
  return known.size === wanted.length && wanted.every((one) => known.has(text(one)));
}
