/** What is usual: sums per column over the first rows. */
export interface Baseline {
  n: number;
  sum: number[];
  squares: number[];
  /** First row: sums are about it, so that large offsets keep their digits. */
  pivot: number[];
}
export interface Health {
  /** 1 as good as at the start, 0 worn out. */
  readonly health: number;
  /** Weighted root mean square of the deviations, in standard deviations. */
  readonly deviation: number;
  /** Share of each column in the squared deviation, 0–1. */
  readonly shares: readonly number[];
}

export function learn(b: Baseline, values: readonly number[]): void {
  if (b.n === 0) {
    b.pivot = [...values];
    b.sum = values.map(() => 0);
    b.squares = values.map(() => 0);
  }
  for (const [j, v] of values.entries()) {
    const d = v - (b.pivot[j] as number);
    b.sum[j] = (b.sum[j] as number) + d;
    b.squares[j] = (b.squares[j] as number) + d * d;
  }
  b.n++;
}

/**
 * Deviation from the baseline in standard deviations per column; the index falls in a straight line from 1 at `healthy` to 0 at `failed`.
 * `up` counts only what rises (vibration, temperature): falling is no wear then.
 */
export function healthOf(
  b: Baseline,
  values: readonly number[],
  o: { readonly weights: readonly number[]; readonly healthy: number; readonly failed: number; readonly up: boolean },
): Health {
  const parts = values.map((v, j) => {
    const mean = (b.sum[j] as number) / b.n;
    const variance = ((b.squares[j] as number) - b.n * mean * mean) / (b.n - 1);
    if (!(variance > 0)) throw new RangeError(`column ${j + 1} did not vary in the baseline: its deviation has no measure`);
    const z = (v - (b.pivot[j] as number) - mean) / Math.sqrt(variance);
    return (o.weights[j] ?? 1) * (o.up ? Math.max(0, z) : z) ** 2;
  });
  const weight = values.reduce((s, _, j) => s + (o.weights[j] ?? 1), 0);
  const total = parts.reduce((s, v) => s + v, 0);
  const deviation = Math.sqrt(total / weight);
  return {
    health: Math.min(1, Math.max(0, (o.failed - deviation) / (o.failed - o.healthy))),
    deviation,
    shares: parts.map((v) => (total > 0 ? v / total : 0)),
  };
}
