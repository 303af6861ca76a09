export interface Warp {
  readonly distance: number;
  /** Distance per step of the path, in units of the value. */
  readonly perStep: number;
  /** Indices from 0, from the first pair to the last. */
  readonly left: number[];
  readonly right: number[];
}

/**
 * Dynamic time warping (Sakoe & Chiba 1978): steps right, up and diagonal, all of weight 1. `norm` 1 sums absolute differences, 2 gives the root of
 * the sum of squares. `band` is how far the path may leave the diagonal, as a share of the longer series; 1 = anywhere.
 */
export function warp(a: ArrayLike<number>, b: ArrayLike<number>, norm: 1 | 2, band: number): Warp {
  const [n, m] = [a.length, b.length];
  // the band must let the path from corner to corner through, whatever the lengths
  const reach = Math.max(Math.ceil(band * Math.max(n, m)), Math.abs(n - m), 1);
  const cost = new Float64Array(n * m).fill(Number.POSITIVE_INFINITY);
  const at = (i: number, j: number) => (i < 0 || j < 0 ? Number.POSITIVE_INFINITY : (cost[i * m + j] as number));
  const slope = n > 1 ? (m - 1) / (n - 1) : 0;
  for (let i = 0; i < n; i++) {
    const middle = slope * i;
    const to = n > 1 ? Math.min(m - 1, Math.floor(middle + reach)) : m - 1;
    for (let j = Math.max(0, Math.ceil(middle - reach)); j <= to; j++) {
      const d = Math.abs((a[i] as number) - (b[j] as number));
      const before = i === 0 && j === 0 ? 0 : Math.min(at(i - 1, j - 1), at(i - 1, j), at(i, j - 1));
      cost[i * m + j] = (norm === 1 ? d : d * d) + before;
    }
  }
  const left: number[] = [];
  const right: number[] = [];
  let [i, j] = [n - 1, m - 1];
  for (;;) {
    left.push(i);
    right.push(j);
    if (i === 0 && j === 0) break;
    const [diagonal, up, back] = [at(i - 1, j - 1), at(i - 1, j), at(i, j - 1)];
    if (diagonal <= up && diagonal <= back) [i, j] = [i - 1, j - 1];
    else if (up <= back) i--;
    else j--;
  }
  const total = at(n - 1, m - 1);
  const steps = left.length;
  return {
    distance: norm === 1 ? total : Math.sqrt(total),
    perStep: norm === 1 ? total / steps : Math.sqrt(total / steps),
    left: left.reverse(),
    right: right.reverse(),
  };
}
