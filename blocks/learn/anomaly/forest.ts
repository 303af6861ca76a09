import { mulberry32 } from '#blocks/sdk/random.ts';

/** A tree as one list of cells per node: column, split, left, right; a leaf has column −1 and its path length in `split`. */
export type Tree = readonly number[];
export interface Forest {
  readonly trees: readonly Tree[];
  readonly sample: number;
  readonly limit: number;
}

/** Mean path length of an unsuccessful search in a binary search tree of n keys (Liu, Ting & Zhou 2008, eq. 1). */
export function pathOf(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  // H(i) ≈ ln i + γ, as in the paper
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

/** Isolation forest of `count` trees on samples of `sample` rows; the limit leaves `alpha` of the training rows above it. */
export function learnForest(
  rows: readonly (readonly number[])[],
  count: number,
  sample: number,
  alpha: number,
  seed: number,
): Forest {
  const u = mulberry32(seed);
  const size = Math.min(sample, rows.length);
  const depth = Math.ceil(Math.log2(Math.max(2, size)));
  const trees = Array.from({ length: count }, () => {
    // the first `size` places of a shuffle
    const order = rows.map((_, i) => i);
    for (let i = 0; i < size; i++) {
      const j = i + Math.floor(u() * (order.length - i));
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    const cells: number[] = [];
    grow(rows, order.slice(0, size), 0, depth, u, cells);
    return cells;
  });
  const forest = { trees, sample: size, limit: 0 };
  const scores = rows.map((r) => isolation(forest, r)).sort((a, b) => a - b);
  return { ...forest, limit: scores[Math.min(scores.length - 1, Math.ceil((1 - alpha) * scores.length) - 1)] as number };
}

function grow(
  rows: readonly (readonly number[])[],
  own: readonly number[],
  depth: number,
  most: number,
  u: () => number,
  cells: number[],
): number {
  const at = cells.length;
  const leaf = () => {
    cells.push(-1, depth + pathOf(own.length), 0, 0);
    return at;
  };
  if (depth >= most || own.length <= 1) return leaf();
  const bounds = (rows[0] as readonly number[]).map((_, j) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const i of own) {
      const v = rows[i]?.[j] as number;
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    return { j, low, high };
  });
  const open = bounds.filter((b) => b.high > b.low);
  if (open.length === 0) return leaf();
  const { j, low, high } = open[Math.floor(u() * open.length)] as (typeof open)[number];
  const split = low + u() * (high - low);
  cells.push(j, split, 0, 0);
  cells[at + 2] = grow(
    rows,
    own.filter((i) => (rows[i]?.[j] as number) < split),
    depth + 1,
    most,
    u,
    cells,
  );
  cells[at + 3] = grow(
    rows,
    own.filter((i) => !((rows[i]?.[j] as number) < split)),
    depth + 1,
    most,
    u,
    cells,
  );
  return at;
}

/** 2^(−mean path / expected path): about 0.5 is ordinary, near 1 is alone. */
export function isolation({ trees, sample }: Pick<Forest, 'trees' | 'sample'>, row: readonly number[]): number {
  let sum = 0;
  for (const cells of trees) {
    let at = 0;
    while ((cells[at] as number) >= 0)
      at = cells[at + ((row[cells[at] as number] as number) < (cells[at + 1] as number) ? 2 : 3)] as number;
    sum += cells[at + 1] as number;
  }
  return 2 ** (-sum / trees.length / (pathOf(sample) || 1));
}
