import type { BrowseNode, BrowsePage } from '#blocks/sdk/connector.ts';

const PAGE = 100;

/** One page of a list that is known whole; the token of the next is its first place. */
export function pageOf(nodes: readonly BrowseNode[], page: string | undefined): BrowsePage {
  const from = Math.max(0, Number(page ?? 0) || 0);
  const next = from + PAGE < nodes.length ? String(from + PAGE) : undefined;
  return { nodes: nodes.slice(from, from + PAGE), ...(next ? { next } : {}) };
}
