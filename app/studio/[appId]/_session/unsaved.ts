import { z } from 'zod';
import { draft } from '#runtime/graph/draft.ts';
import type { Unsaved } from './draft-saver.ts';

const kept = z.object({
  at: z.number(),
  revision: z.number().int(),
  draft,
  mine: draft,
  sent: z.array(z.string()).optional(),
});
const prefix = (appId: string) => `mw-unsaved-${appId}-`;
const PAGE = 'mw-studio-page';
/** An open page that cannot save renews what it keeps more often than that. */
const ABANDONED_MS = 15_000;

/**
 * Name of this open page. It goes over a reload with the tab, and not into a copy of the tab: two pages with one name would take each other's work
 * for their own.
 */
export function pageName(): string {
  const name = read(() => sessionStorage.getItem(PAGE)) ?? crypto.randomUUID();
  read(() => sessionStorage.removeItem(PAGE));
  addEventListener('pagehide', () => read(() => sessionStorage.setItem(PAGE, name)));
  return name;
}

/** Work that has not reached the server survives a closed tab in the browser's own store. False: it is full or forbidden. */
export function keepUnsaved(appId: string, page: string, unsaved: Unsaved): boolean {
  return read(() => localStorage.setItem(prefix(appId) + page, JSON.stringify({ at: Date.now(), ...unsaved })), false) !== false;
}
export function forgetUnsaved(appId: string, page: string): void {
  read(() => localStorage.removeItem(prefix(appId) + page));
}

/** What this page left before it was loaded again, and what pages left that are gone; it is this page's own from now on. */
export function takeUnsaved(appId: string, page: string): Unsaved[] {
  const found: Unsaved[] = [];
  for (const key of read(() => Object.keys(localStorage)) ?? []) {
    if (!key.startsWith(prefix(appId))) continue;
    const text = read(() => localStorage.getItem(key));
    const unsaved = text ? kept.safeParse(read(() => JSON.parse(text))) : undefined;
    const own = key === prefix(appId) + page;
    if (!unsaved?.success || (!own && Date.now() - unsaved.data.at < ABANDONED_MS)) continue;
    found.push(unsaved.data);
    if (!own) read(() => localStorage.removeItem(key));
  }
  return found;
}

/** A browser may forbid its store: nothing is kept then, and nothing else breaks. */
function read<T, E = undefined>(work: () => T, otherwise?: E): T | E | undefined {
  try {
    return work();
  } catch (error) {
    console.warn('the browser store is not available', error);
    return otherwise;
  }
}
