import type { BlockManifest } from '#runtime/graph/manifest.ts';

/** Sizes of a node, px; the style sheet has the same. */
export const NODE_WIDTH = 212;
const HEADER = 28;
const VALUE = 42;
/** A row is also the port's target: 24 px is the least that a finger or a shaking hand meets (WCAG 2.5.8). */
const PORT = 24;
const FOOT = 6;
const BORDER = 1;
const HANDLE = 10;

export function portRows(manifest: BlockManifest | undefined): number {
  return Math.max(Object.keys(manifest?.inputs ?? {}).length, Object.keys(manifest?.outputs ?? {}).length, 1);
}

/** Where the handle of a port is, px from the node's corner: what a browser would measure, known before the node is drawn. */
export function portPlace(side: 'in' | 'out', row: number): { x: number; y: number; width: number; height: number } {
  const half = HANDLE / 2;
  return {
    x: side === 'in' ? BORDER - half : NODE_WIDTH - BORDER - half,
    y: BORDER + HEADER + VALUE + PORT * (row + 0.5) - half,
    width: HANDLE,
    height: HANDLE,
  };
}
export const nodeHeight = (manifest: BlockManifest | undefined): number =>
  HEADER + VALUE + PORT * portRows(manifest) + FOOT + 2 * BORDER;

/** A polyline through the values, in a box of `width` × `height` px. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const good = values.filter(Number.isFinite);
  if (good.length < 2) return '';
  const low = Math.min(...good);
  const span = Math.max(...good) - low;
  const x = (at: number) => ((at / (good.length - 1)) * width).toFixed(1);
  // A constant is a line through the middle, not along an edge.
  const y = (value: number) => (span === 0 ? height / 2 : height - 1 - ((value - low) / span) * (height - 2)).toFixed(1);
  return good.map((value, at) => `${at === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('');
}
