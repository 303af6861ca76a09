import type { Bilingual } from '#runtime/graph/document.ts';
import type { BlockManifest } from '#runtime/graph/manifest.ts';

/** `millwright/series.window` -> `series`. */
export const groupOf = (block: string): string => block.split('/').at(-1)?.split('.')[0] ?? '';

/** How well a block answers what was typed: 0 = not at all. Both languages, title first, then id and words, then the summary. */
export function searchScore(manifest: BlockManifest, query: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  const text = (pair: Bilingual | undefined) => (pair ? `${pair.en} ${pair.zh}`.toLowerCase() : '');
  const title = text(manifest.title);
  const middle = `${manifest.id} ${text(manifest.words)}`;
  const summary = text(manifest.summary);
  let score = 0;
  for (const word of words) {
    const hit = title.startsWith(word)
      ? 8
      : title.includes(word)
        ? 6
        : middle.includes(word)
          ? 3
          : summary.includes(word)
            ? 1
            : 0;
    if (hit === 0) return 0;
    score += hit;
  }
  return score;
}

/** Newest version of each block that answers the query, best first; in the catalogue's order while nothing was typed. */
export function searchBlocks(manifests: readonly BlockManifest[], query: string): BlockManifest[] {
  const scored = manifests
    .map((manifest, at) => ({ manifest, at, score: searchScore(manifest, query) }))
    .filter((hit) => hit.score > 0);
  return scored.sort((a, b) => b.score - a.score || a.at - b.at).map((hit) => hit.manifest);
}
