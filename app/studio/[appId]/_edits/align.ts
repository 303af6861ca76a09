import type { GraphDocument } from '#runtime/graph/document.ts';
import type { Edit } from './edit.ts';
import { moveNodes } from './nodes.ts';

export const ALIGNMENTS = ['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const;
export type Alignment = (typeof ALIGNMENTS)[number];
type Size = (id: string) => { readonly width: number; readonly height: number };

const chosen = (document: GraphDocument, ids: readonly string[], size: Size) =>
  document.nodes.filter((node) => ids.includes(node.id)).map((node) => ({ id: node.id, ...node.position, ...size(node.id) }));

/** Brings nodes onto one line: an edge or the middle of all of them. */
export const alignNodes =
  (ids: readonly string[], how: Alignment, size: Size): Edit =>
  (document) => {
    const boxes = chosen(document, ids, size);
    if (boxes.length < 2) return document;
    const left = Math.min(...boxes.map((box) => box.x));
    const right = Math.max(...boxes.map((box) => box.x + box.width));
    const top = Math.min(...boxes.map((box) => box.y));
    const bottom = Math.max(...boxes.map((box) => box.y + box.height));
    const place = (box: (typeof boxes)[number]) => {
      if (how === 'left') return { x: left, y: box.y };
      if (how === 'right') return { x: right - box.width, y: box.y };
      if (how === 'centre') return { x: (left + right - box.width) / 2, y: box.y };
      if (how === 'top') return { x: box.x, y: top };
      if (how === 'bottom') return { x: box.x, y: bottom - box.height };
      return { x: box.x, y: (top + bottom - box.height) / 2 };
    };
    return moveNodes(Object.fromEntries(boxes.map((box) => [box.id, place(box)])))(document);
  };

/** Equal room between nodes along an axis; the outermost stay where they are. */
export const distributeNodes =
  (ids: readonly string[], axis: 'x' | 'y', size: Size): Edit =>
  (document) => {
    const side = axis === 'x' ? 'width' : 'height';
    const boxes = chosen(document, ids, size).sort((a, b) => a[axis] - b[axis]);
    const [first, last] = [boxes[0], boxes.at(-1)];
    if (boxes.length < 3 || !first || !last) return document;
    const room = last[axis] + last[side] - first[axis] - boxes.reduce((sum, box) => sum + box[side], 0);
    const gap = room / (boxes.length - 1);
    let at = first[axis];
    const places = boxes.map((box) => {
      const place = { x: box.x, y: box.y, [axis]: at };
      at += box[side] + gap;
      return [box.id, place] as const;
    });
    return moveNodes(Object.fromEntries(places.slice(1, -1)))(document);
  };
