import { z } from 'zod';
import { graphDocument } from '#runtime/graph/document.ts';
import type { Unsaved } from './draft-saver.ts';

const kept = z.object({ revision: z.number().int(), graph: graphDocument, mine: graphDocument });
const name = (appId: string) => `mw-unsaved-${appId}`;

/** Work that has not reached the server survives a closed tab in the browser's own store. A full or forbidden store only loses that. */
export function keepUnsaved(appId: string, unsaved: Unsaved): void {
  try {
    localStorage.setItem(name(appId), JSON.stringify(unsaved));
  } catch (error) {
    console.warn('unsaved work cannot be kept in this browser', error);
  }
}
export function forgetUnsaved(appId: string): void {
  try {
    localStorage.removeItem(name(appId));
  } catch (error) {
    console.warn('the browser store is not available', error);
  }
}
export function readUnsaved(appId: string): Unsaved | undefined {
  try {
    const text = localStorage.getItem(name(appId));
    const read = text === null ? undefined : kept.safeParse(JSON.parse(text));
    return read?.success ? read.data : undefined;
  } catch (error) {
    console.warn('unsaved work cannot be read', error);
    return undefined;
  }
}
