export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly value?: number;
  readonly label?: string;
}
export interface PlacedNode {
  readonly id: string;
  /** Longest way from a node without predecessors. */
  readonly layer: number;
  /** Place within its layer. */
  readonly order: number;
}

/**
 * A layered drawing of a directed graph (Sugiyama, Tagawa, Toda 1981): layers by longest path, order within a layer by the mean place of the
 * neighbours in the layer before, a few sweeps. Edges that close a cycle do not count for layers. O(sweeps · edges).
 */
export function layered(edges: readonly Edge[]): PlacedNode[] {
  const next = new Map<string, string[]>();
  const before = new Map<string, string[]>();
  for (const { from, to } of edges) {
    for (const id of [from, to]) {
      if (!next.has(id)) next.set(id, []);
      if (!before.has(id)) before.set(id, []);
    }
    if (from === to) continue;
    next.get(from)?.push(to);
    before.get(to)?.push(from);
  }
  const order = withoutCycles(next);
  const layer = new Map<string, number>();
  const place = new Map(order.map((id, i) => [id, i]));
  for (const id of order) {
    const above = (before.get(id) ?? []).filter((p) => (place.get(p) ?? 0) < (place.get(id) ?? 0));
    layer.set(
      id,
      above.reduce((most, p) => Math.max(most, (layer.get(p) ?? 0) + 1), 0),
    );
  }
  const layers = [...Map.groupBy(order, (id) => layer.get(id) ?? 0)].sort(([a], [b]) => a - b).map(([, ids]) => ids);
  const at = new Map<string, number>();
  const settle = (ids: string[]) => ids.forEach((id, i) => void at.set(id, i));
  layers.forEach(settle);
  for (let sweep = 0; sweep < 6; sweep++) {
    const down = sweep % 2 === 0;
    for (const ids of down ? layers : layers.toReversed()) {
      const mean = new Map(ids.map((id) => [id, meanPlace((down ? before : next).get(id) ?? [], at) ?? at.get(id) ?? 0]));
      ids.sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0));
      settle(ids);
    }
  }
  return layers.flatMap((ids, l) => ids.map((id, o) => ({ id, layer: l, order: o })));
}

function meanPlace(ids: readonly string[], at: ReadonlyMap<string, number>): number | undefined {
  return ids.length === 0 ? undefined : ids.reduce((sum, id) => sum + (at.get(id) ?? 0), 0) / ids.length;
}

/** Every node after those that lead to it, but for edges that close a cycle (depth first, without recursion: chains are long). */
function withoutCycles(next: ReadonlyMap<string, readonly string[]>): string[] {
  const done: string[] = [];
  const seen = new Set<string>();
  for (const root of next.keys()) {
    if (seen.has(root)) continue;
    seen.add(root);
    const stack = [{ id: root, i: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1) as { id: string; i: number };
      const child = next.get(top.id)?.[top.i++];
      if (child === undefined) {
        done.push(top.id);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ id: child, i: 0 });
      }
    }
  }
  return done.reverse();
}
