import type { GraphDocument } from '#runtime/graph/document.ts';
import { COLUMN_PITCH, type Edit } from './edit.ts';
import { moveNodes } from './nodes.ts';

/** Space between nodes of one column, px. */
const GAP = 36;

/**
 * Lays nodes out in columns by their longest way from a source, each column ordered by the mean height of what feeds it (two sweeps
 * of the barycentre rule are enough for graphs of this size). A wire that goes backwards (through a delay) does not count.
 */
export function arrange(height: (id: string) => number): Edit {
  return (document) => {
    const column = columnsOf(document);
    const columns: string[][] = [];
    for (const node of document.nodes) {
      const at = column.get(node.id) ?? 0;
      columns[at] = [...(columns[at] ?? []), node.id];
    }
    const y = new Map<string, number>();
    const place = (ids: readonly string[]) => {
      const total = ids.reduce((sum, id) => sum + height(id) + GAP, -GAP);
      let top = -total / 2;
      for (const id of ids) {
        y.set(id, top);
        top += height(id) + GAP;
      }
    };
    const middle = (id: string, neighbours: readonly string[]): number => {
      const known = neighbours.filter((other) => y.has(other)).map((other) => (y.get(other) ?? 0) + height(other) / 2);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : (y.get(id) ?? 0);
    };
    const before = (id: string) => document.wires.filter((wire) => wire.to.node === id).map((wire) => wire.from.node);
    const after = (id: string) => document.wires.filter((wire) => wire.from.node === id).map((wire) => wire.to.node);
    for (const ids of columns) place(ids ?? []);
    for (const neighbours of [before, after, before]) {
      const order = neighbours === after ? [...columns].reverse() : columns;
      for (const ids of order) {
        if (!ids) continue;
        const rank = new Map(ids.map((id) => [id, middle(id, neighbours(id))]));
        ids.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
        place(ids);
      }
    }
    const top = Math.min(0, ...y.values());
    return moveNodes(
      Object.fromEntries(
        document.nodes.map((node) => [node.id, { x: (column.get(node.id) ?? 0) * COLUMN_PITCH, y: (y.get(node.id) ?? 0) - top }]),
      ),
    )(document);
  };
}

function columnsOf(document: GraphDocument): Map<string, number> {
  const column = new Map<string, number>();
  const busy = new Set<string>();
  const depth = (id: string): number => {
    const known = column.get(id);
    if (known !== undefined) return known;
    if (busy.has(id)) return -1;
    busy.add(id);
    let deepest = -1;
    for (const wire of document.wires) if (wire.to.node === id) deepest = Math.max(deepest, depth(wire.from.node));
    busy.delete(id);
    column.set(id, deepest + 1);
    return deepest + 1;
  };
  for (const node of document.nodes) depth(node.id);
  return column;
}
