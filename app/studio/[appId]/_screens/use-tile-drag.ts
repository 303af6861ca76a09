'use client';
import { type PointerEvent as ReactPointerEvent, type RefObject, useCallback, useRef, useState } from 'react';
import { GRID } from '#runtime/graph/check-screens.ts';
import type { Place } from './layout.ts';

const GAP = 8;
/** Height of a row with its gap, where no tile makes it higher. */
const ROW = 44;
/** A pointer that trembles while it presses has not dragged. */
const SLACK = 4;

/** Columns and rows of the grid as they lie on the page now, in px of the page. */
export interface GridMetrics {
  readonly column: number;
  cellAt(clientX: number, clientY: number): { readonly x: number; readonly y: number };
  rowAt(y: number): number;
  topOf(row: number): number;
}

export function measureGrid(grid: HTMLElement): GridMetrics {
  const box = grid.getBoundingClientRect();
  const zoom = grid.offsetWidth > 0 ? box.width / grid.offsetWidth : 1;
  const column = (box.width + GAP * zoom) / GRID;
  const heights = getComputedStyle(grid)
    .gridTemplateRows.split(' ')
    .map((text) => Number.parseFloat(text))
    .filter((height) => Number.isFinite(height));
  const tops = [0];
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + (height + GAP) * zoom);
  const last = tops.length - 1;
  const topOf = (row: number) => tops[row] ?? (tops[last] ?? 0) + (row - last) * ROW * zoom;
  const rowAt = (y: number) => {
    let row = 0;
    while (topOf(row + 1) <= y) row++;
    return y - topOf(row) > (topOf(row + 1) - topOf(row)) / 2 ? row + 1 : row;
  };
  return {
    column,
    topOf,
    rowAt,
    cellAt: (clientX, clientY) => ({
      x: Math.min(GRID - 1, Math.max(0, Math.floor((clientX - box.left) / column))),
      y: Math.max(0, rowAt(Math.max(0, clientY - box.top - (ROW * zoom) / 2))),
    }),
  };
}

export interface Dragged {
  readonly id: string;
  readonly at: Place;
}

/** Moves and resizes a tile with the pointer. Nothing is changed until it is let go; Escape puts it back. */
export function useTileDrag(grid: RefObject<HTMLElement | null>, commit: (id: string, at: Place) => void) {
  const [dragged, setDragged] = useState<Dragged>();
  const latest = useRef<Dragged>(undefined);
  const start = useCallback(
    (event: ReactPointerEvent<HTMLElement>, id: string, from: Place, how: 'move' | 'resize', put: (at: Place) => Place) => {
      const { current } = grid;
      if (event.button !== 0 || !current) return;
      const metrics = measureGrid(current);
      const begin = { x: event.clientX, y: event.clientY };
      const target = event.currentTarget;
      let going = false;
      const move = (next: PointerEvent) => {
        const [dx, dy] = [next.clientX - begin.x, next.clientY - begin.y];
        if (!going && Math.hypot(dx, dy) < SLACK) return;
        if (!going) target.setPointerCapture(event.pointerId);
        going = true;
        const columns = Math.round(dx / metrics.column);
        const at = put(
          how === 'move'
            ? { ...from, x: from.x + columns, y: metrics.rowAt(Math.max(0, metrics.topOf(from.y) + dy)) }
            : { ...from, w: from.w + columns, h: metrics.rowAt(metrics.topOf(from.y + from.h) + dy) - from.y },
        );
        latest.current = { id, at };
        setDragged(latest.current);
      };
      const end = (keep: boolean) => {
        removeEventListener('pointermove', move);
        removeEventListener('pointerup', up);
        removeEventListener('pointercancel', cancel);
        removeEventListener('keydown', putBack, true);
        if (keep && latest.current) commit(id, latest.current.at);
        latest.current = undefined;
        setDragged(undefined);
      };
      const up = () => end(true);
      const cancel = () => end(false);
      const putBack = (key: KeyboardEvent) => {
        if (key.key !== 'Escape' || !going) return;
        key.stopPropagation();
        end(false);
      };
      // on the whole page: a quick hand has left a small corner before it has moved far enough to hold the pointer
      addEventListener('pointermove', move);
      addEventListener('pointerup', up);
      addEventListener('pointercancel', cancel);
      addEventListener('keydown', putBack, true);
    },
    [grid, commit],
  );
  return { dragged, start };
}
