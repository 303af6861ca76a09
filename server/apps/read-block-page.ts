import { PAGES } from '#blocks/catalogue/reference.generated.ts';

/** A block's documentation in the reader's language, Markdown; null for a block that has none here. `docs/blocks` has the same. */
export const readBlockPage = (block: string, language: 'en' | 'zh'): string | null =>
  Object.hasOwn(PAGES, block) ? (PAGES[block]?.[language] ?? null) : null;
