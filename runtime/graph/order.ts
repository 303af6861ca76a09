/** Order, cycles and dominance over nodes 0..n-1. Pure index work; what nodes mean is elsewhere. */
export interface Edge {
  readonly from: number;
  readonly to: number;
}

/** Strongly connected components with more than one node, or a node with an edge to itself; each in ascending order. */
export function cycles(n: number, edges: readonly Edge[]): number[][] {
  const next: number[][] = Array.from({ length: n }, () => []);
  for (const e of edges) next[e.from]?.push(e.to);
  const index = new Int32Array(n).fill(-1);
  const low = new Int32Array(n);
  const onStack = new Uint8Array(n);
  const stack: number[] = [];
  const out: number[][] = [];
  let count = 0;
  const visit = (start: number) => {
    // Tarjan without recursion: graphs may be long chains
    const work: { v: number; i: number }[] = [{ v: start, i: 0 }];
    while (work.length) {
      const top = work[work.length - 1] as { v: number; i: number };
      const { v } = top;
      if (top.i === 0) {
        index[v] = low[v] = count++;
        stack.push(v);
        onStack[v] = 1;
      }
      const to = next[v]?.[top.i];
      if (to !== undefined) {
        top.i++;
        if (index[to] === -1) work.push({ v: to, i: 0 });
        else if (onStack[to]) low[v] = Math.min(low[v] as number, index[to] as number);
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent) low[parent.v] = Math.min(low[parent.v] as number, low[v] as number);
      if (low[v] === index[v]) {
        const component: number[] = [];
        for (;;) {
          const w = stack.pop() as number;
          onStack[w] = 0;
          component.push(w);
          if (w === v) break;
        }
        if (component.length > 1 || next[v]?.includes(v)) out.push(component.sort((a, b) => a - b));
      }
    }
  };
  for (let v = 0; v < n; v++) if (index[v] === -1) visit(v);
  return out;
}

/** Nodes in an order in which every edge points forward, smallest index first among the free ones; nodes on cycles are left out. */
export function topologicalOrder(n: number, edges: readonly Edge[]): number[] {
  const left = new Int32Array(n);
  for (const e of edges) left[e.to] = (left[e.to] as number) + 1;
  const ready: number[] = [];
  for (let v = 0; v < n; v++) if (left[v] === 0) ready.push(v);
  const order: number[] = [];
  for (let v = ready.shift(); v !== undefined; v = ready.shift()) {
    order.push(v);
    for (const e of edges)
      if (e.from === v) {
        left[e.to] = (left[e.to] as number) - 1;
        if (left[e.to] === 0) ready.push(e.to);
      }
  }
  return order;
}

/** Nodes that can be reached from the roots without entering `without`. */
export function reachable(
  n: number,
  edges: readonly Edge[],
  roots: readonly number[],
  without: ReadonlySet<number> = new Set(),
): Uint8Array {
  const seen = new Uint8Array(n);
  const stack = roots.filter((v) => !without.has(v));
  for (const v of stack) seen[v] = 1;
  for (let v = stack.pop(); v !== undefined; v = stack.pop())
    for (const e of edges)
      if (e.from === v && !seen[e.to] && !without.has(e.to)) {
        seen[e.to] = 1;
        stack.push(e.to);
      }
  return seen;
}
