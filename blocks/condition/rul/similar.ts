import type { Remaining } from './remaining.ts';

/** A unit that ran to its end: ages ascend, the last is the end of its life. */
export interface Life {
  readonly age: readonly number[];
  readonly index: readonly number[];
}

/** Rows of a table, unit by unit in the order of their first row. @throws RangeError for a gap or ages that do not ascend. */
export function livesOf(unit: ArrayLike<string>, age: ArrayLike<number>, index: ArrayLike<number>): Life[] {
  const lives = new Map<string, { age: number[]; index: number[] }>();
  for (let i = 0; i < unit.length; i++) {
    const name = unit[i] as string;
    const [t, v] = [age[i] as number, index[i] as number];
    const life = lives.get(name) ?? { age: [], index: [] };
    lives.set(name, life);
    if (!Number.isFinite(t) || !Number.isFinite(v))
      throw new RangeError(`row ${i + 1} of the library has no number: leave it out first`);
    if (!(t > (life.age.at(-1) ?? Number.NEGATIVE_INFINITY)))
      throw new RangeError(`row ${i + 1} of the library is not older than the row of '${name}' before`);
    life.age.push(t);
    life.index.push(v);
  }
  return [...lives.values()];
}

interface Match {
  /** Mean squared difference. */
  readonly distance: number;
  readonly left: number;
}

/**
 * Where in its life a unit was most like the series: the mean squared difference over the series' points, the series' end laid on each age of
 * the unit in turn; the unit between its points by straight lines. Nothing where the unit is too short.
 */
function bestMatch(age: ArrayLike<number>, index: ArrayLike<number>, life: Life): Match | undefined {
  const n = age.length;
  const end = age[n - 1] as number;
  const span = end - (age[0] as number);
  const total = life.age.at(-1) as number;
  let best: Match | undefined;
  for (const at of life.age) {
    if (at - span < (life.age[0] as number)) continue;
    // once it is worse than the best so far, the rest does not matter
    const bound = best ? best.distance * n : Number.POSITIVE_INFINITY;
    let [sum, k] = [0, 0];
    for (let i = 0; i < n && sum <= bound; i++) {
      const t = at - (end - (age[i] as number));
      while (k + 2 < life.age.length && (life.age[k + 1] as number) < t) k++;
      const [t0, t1] = [life.age[k] as number, life.age[Math.min(k + 1, life.age.length - 1)] as number];
      const [v0, v1] = [life.index[k] as number, life.index[Math.min(k + 1, life.age.length - 1)] as number];
      const share = t1 > t0 ? (t - t0) / (t1 - t0) : 0;
      sum += ((index[i] as number) - v0 - share * (v1 - v0)) ** 2;
    }
    if (sum < bound) best = { distance: sum / n, left: total - at };
  }
  return best;
}

/** The smallest life that, with all shorter ones, has this share of the weight. */
function quantile(sorted: readonly { left: number; weight: number }[], share: number): number {
  let sum = 0;
  for (const { left, weight } of sorted) {
    sum += weight;
    if (sum >= share - 1e-12) return left;
  }
  return sorted.at(-1)?.left ?? Number.NaN;
}

/**
 * What was left to the units that once were most like the last `window` points of the series (Wang, Yu, Siegel & Lee 2008): their mean, deviation
 * and quantiles, each of the `neighbours` nearest weighted by 1 / mean squared difference. A unit that matches exactly decides alone.
 * A life counts `most` at most.
 */
export function similarRemaining(
  age: ArrayLike<number>,
  index: ArrayLike<number>,
  lives: readonly Life[],
  o: {
    readonly window: number;
    readonly neighbours: number;
    readonly most: number;
    readonly early: number;
    readonly late: number;
  },
): Remaining {
  const from = Math.max(0, age.length - o.window);
  const [ages, values] = [Array.from(age).slice(from), Array.from(index).slice(from)];
  const matches = lives.flatMap((life) => bestMatch(ages, values, life) ?? []).sort((a, b) => a.distance - b.distance);
  if (matches.length === 0) throw new RangeError('no unit of the library lived as long as the series: nothing to compare with');
  const nearest = matches.slice(0, o.neighbours);
  const exact = nearest.filter((m) => m.distance === 0);
  const used = exact.length > 0 ? exact : nearest;
  const raw = used.map((m) => (exact.length > 0 ? 1 : 1 / m.distance));
  const total = raw.reduce((s, w) => s + w, 0);
  const weighted = used.map((m, i) => ({ ...m, left: Math.min(o.most, m.left), weight: (raw[i] as number) / total }));
  const mean = weighted.reduce((s, m) => s + m.weight * m.left, 0);
  const sorted = [...weighted].sort((a, b) => a.left - b.left);
  return {
    mean,
    sd: Math.sqrt(weighted.reduce((s, m) => s + m.weight * (m.left - mean) ** 2, 0)),
    early: quantile(sorted, o.early),
    late: quantile(sorted, o.late),
    rate: slope(ages, values),
    spread: Math.sqrt(weighted.reduce((s, m) => s + m.weight * m.distance, 0)),
  };
}

function slope(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [x, y].map((v) => v.reduce((s, a) => s + a, 0) / v.length) as [number, number];
  const square = x.reduce((s, a) => s + (a - mx) ** 2, 0);
  return x.reduce((s, a, i) => s + (a - mx) * ((y[i] as number) - my), 0) / square;
}
