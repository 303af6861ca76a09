import type { AnyBlock } from '#blocks/sdk/block.ts';
import type { BlockCatalogue, CatalogueBlock } from '#runtime/graph/manifest.ts';
import { newestFirst } from '#runtime/graph/versions.ts';
import { BLOCKS } from './browser.generated.ts';
import { manifestOf } from './manifest.ts';

/** The first-party blocks as screens and checks need them: no code that runs in programs. */

export const catalogueOf = (blocks: readonly AnyBlock[]): BlockCatalogue => {
  const byId = new Map<string, CatalogueBlock[]>();
  for (const block of blocks) {
    const manifest = manifestOf(block);
    byId.set(manifest.id, [...(byId.get(manifest.id) ?? []), { manifest, params: block.params }]);
  }
  return {
    block: (id, version) => byId.get(id)?.find((b) => b.manifest.version === version),
    versions: (id) => (byId.get(id) ?? []).map((b) => b.manifest.version).sort(newestFirst),
    ids: () => [...byId.keys()],
  };
};

let catalogue: BlockCatalogue | undefined;
export function blockCatalogue(): BlockCatalogue {
  catalogue ??= catalogueOf(BLOCKS);
  return catalogue;
}
