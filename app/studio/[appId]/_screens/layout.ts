import { GRID } from '#runtime/graph/check-screens.ts';
import type { Widget } from '#runtime/graph/screens.ts';

export type Place = Widget['at'];
export interface Placed {
  readonly id: string;
  readonly at: Place;
}

/** Rows that a screen may have: higher ones nobody scrolls. */
const ROWS = 500;

export const overlap = (a: Place, b: Place): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Whole cells within the grid, not smaller than `least`. */
export function clamp(at: Place, least: { readonly w: number; readonly h: number }): Place {
  const w = Math.min(GRID, Math.max(Math.min(least.w, GRID), Math.round(at.w)));
  const h = Math.min(ROWS, Math.max(least.h, Math.round(at.h)));
  return { x: Math.min(GRID - w, Math.max(0, Math.round(at.x))), y: Math.min(ROWS, Math.max(0, Math.round(at.y))), w, h };
}

/**
 * Puts one widget at a place; whatever lies there goes down, and what lies there in turn, as far as it must and no further. Gaps stay: they are the
 * engineer's. Gives the places that changed.
 */
export function settle(widgets: readonly Placed[], id: string, at: Place): ReadonlyMap<string, Place> {
  const moved = new Map<string, Place>([[id, at]]);
  const fixed: Place[] = [at];
  const others = widgets.filter((one) => one.id !== id).sort((a, b) => a.at.y - b.at.y || a.at.x - b.at.x);
  for (const one of others) {
    let place = one.at;
    for (let hit = fixed.find((f) => overlap(f, place)); hit; hit = fixed.find((f) => overlap(f, place)))
      place = { ...place, y: hit.y + hit.h };
    fixed.push(place);
    if (place !== one.at) moved.set(one.id, place);
  }
  if (widgets.some((one) => one.id === id && same(one.at, at))) moved.delete(id);
  return moved;
}

const same = (a: Place, b: Place): boolean => a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;

/** The first free place of a size, read as text is: from above, from the left. */
export function freePlace(widgets: readonly Placed[], size: { readonly w: number; readonly h: number }): Place {
  for (let y = 0; ; y++)
    for (let x = 0; x + size.w <= GRID; x++) {
      const at = { x, y, w: size.w, h: size.h };
      if (!widgets.some((one) => overlap(one.at, at))) return at;
    }
}
