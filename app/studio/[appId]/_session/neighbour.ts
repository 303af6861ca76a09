interface Placed {
  readonly id: string;
  readonly position: { readonly x: number; readonly y: number };
}

/**
 * The node that lies next in a direction: of those more that way than aside, the nearest, where aside counts double. From nowhere it is the
 * first at the top left.
 */
export function neighbour(
  nodes: readonly Placed[],
  from: string | undefined,
  [dx, dy]: readonly [number, number],
): string | undefined {
  const start = nodes.find((node) => node.id === from);
  if (!start)
    return nodes.reduce<Placed | undefined>(
      (best, node) => (best && best.position.x + best.position.y <= node.position.x + node.position.y ? best : node),
      undefined,
    )?.id;
  let best: { id: string; far: number } | undefined;
  for (const node of nodes) {
    const [x, y] = [node.position.x - start.position.x, node.position.y - start.position.y];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (node.id === start.id || along <= 0 || aside > along * 2) continue;
    const far = along + 2 * aside;
    if (!best || far < best.far) best = { id: node.id, far };
  }
  return best?.id;
}
