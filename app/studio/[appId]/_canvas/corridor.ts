export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
interface Point {
  readonly x: number;
  readonly y: number;
}
interface Corridor {
  /** The height at which the wire passes, and between which places it runs level. */
  readonly y: number;
  readonly from: number;
  readonly to: number;
}

/** A wire keeps this far from nodes. */
const CLEAR = 3;
/** Above and below everything, where no gap is free. */
const ROUND = 16;
/** Room for the bend before the first and after the last node that it passes. */
const BEND = 10;
const LOOKS = 24;

/**
 * Where a wire passes nodes that stand in its way, so that it can be followed with the eye: the nearest gap that is free beside all of them,
 * else above or below them. Undefined when nothing is in the way.
 */
export function corridor(from: Point, to: Point, nodes: readonly Box[]): Corridor | undefined {
  // Most wires join neighbours: nothing can stand between.
  if (to.x - from.x <= 2 * BEND) return undefined;
  const between = nodes.filter((box) => box.x + box.width > from.x + BEND && box.x < to.x - BEND);
  if (!between.some((box) => crosses(from, to, box))) return undefined;
  const left = Math.min(...between.map((box) => box.x)) - BEND;
  const right = Math.max(...between.map((box) => box.x + box.width)) + BEND;
  const edges = between.flatMap((box) => [box.y, box.y + box.height]).sort((a, b) => a - b);
  const gaps = edges.slice(1).map((edge, i) => (edge + (edges[i] ?? edge)) / 2);
  const free = [(edges[0] ?? 0) - ROUND, ...gaps, (edges.at(-1) ?? 0) + ROUND].filter((y) =>
    between.every((box) => y <= box.y - CLEAR || y >= box.y + box.height + CLEAR),
  );
  const way = (y: number) => Math.abs(y - from.y) + Math.abs(y - to.y);
  const y = free.reduce((best, one) => (way(one) < way(best) ? one : best));
  return { y, from: Math.max(left, from.x), to: Math.min(right, to.x) };
}

/** The curve that React Flow draws, at some points of it. */
function crosses(from: Point, to: Point, box: Box): boolean {
  const middle = (from.x + to.x) / 2;
  for (let i = 1; i < LOOKS; i++) {
    const t = i / LOOKS;
    const s = 1 - t;
    const x = s ** 3 * from.x + 3 * s * t * middle + t ** 3 * to.x;
    const y = s * s * (s + 3 * t) * from.y + t * t * (t + 3 * s) * to.y;
    if (x > box.x && x < box.x + box.width && y > box.y - CLEAR && y < box.y + box.height + CLEAR) return true;
  }
  return false;
}

export function corridorPath(from: Point, to: Point, { y, ...level }: Corridor): [path: string, x: number, y: number] {
  const bend = (a: Point, b: Point) => `C${(a.x + b.x) / 2} ${a.y} ${(a.x + b.x) / 2} ${b.y} ${b.x} ${b.y}`;
  const [begin, end] = [
    { x: level.from, y },
    { x: level.to, y },
  ];
  return [`M${from.x} ${from.y} ${bend(from, begin)} L${end.x} ${end.y} ${bend(end, to)}`, (begin.x + end.x) / 2, y];
}
