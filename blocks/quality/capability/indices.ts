import { chiSquareQuantile, normalCdf, normalQuantile, normalUpper } from '#blocks/mathematics/distributions.ts';
import { meanOf, squaresOf } from '../anova.ts';
import { c4, d2 } from '../chart-constants.ts';

export type Within = 'range' | 'deviation' | 'moving-range';
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** Within subgroups, and of all values. */
  readonly within: number;
  readonly overall: number;
}

/** Mean and deviations of values in subgroups: where `subgroup` changes, else so many in a row. */
export function spreadOf(
  values: ArrayLike<number>,
  subgroup: ArrayLike<number> | undefined,
  size: number,
  method: Within,
): Spread {
  const n = values.length;
  if (n < 2) throw new RangeError(`a capability study of ${n} values: it needs 2 at least, 50 to mean something`);
  const mean = meanOf(values);
  const overall = Math.sqrt(squaresOf(values, mean) / (n - 1));
  const estimates: number[] = [];
  if (method === 'moving-range')
    for (let i = 1; i < n; i++) estimates.push(Math.abs((values[i] as number) - (values[i - 1] as number)) / d2(2));
  else
    for (let from = 0; from < n; ) {
      let to = from + 1;
      while (to < n && (subgroup ? subgroup[to] === subgroup[from] : to < from + size)) to++;
      const group = Array.from({ length: to - from }, (_, i) => values[from + i] as number);
      from = to;
      if (group.length < 2) continue;
      estimates.push(
        method === 'range'
          ? (Math.max(...group) - Math.min(...group)) / d2(group.length)
          : Math.sqrt(squaresOf(group) / (group.length - 1)) / c4(group.length),
      );
    }
  if (estimates.length === 0) throw new RangeError('no subgroup has 2 values: single values need the moving range');
  return { n, mean, within: estimates.reduce((s, e) => s + e, 0) / estimates.length, overall };
}

export interface Index {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}
/** C = (USL − LSL)/6σ with its interval from the χ² distribution of the variance (ISO 22514-2; Kane 1986). NaN with one limit only. */
export function potential(lsl: number | undefined, usl: number | undefined, sigma: number, n: number, confidence: number): Index {
  const value = lsl === undefined || usl === undefined ? Number.NaN : (usl - lsl) / (6 * sigma);
  const tail = (1 - confidence) / 2;
  const factor = (p: number) => Math.sqrt(chiSquareQuantile(p, n - 1) / (n - 1));
  return { value, lower: value * factor(tail), upper: value * factor(1 - tail) };
}
/** C_k = distance to the nearer limit/3σ with Bissell's interval (1990). */
export function performance(
  lsl: number | undefined,
  usl: number | undefined,
  mean: number,
  sigma: number,
  n: number,
  confidence: number,
): Index {
  const value = Math.min(
    lsl === undefined ? Number.POSITIVE_INFINITY : (mean - lsl) / (3 * sigma),
    usl === undefined ? Number.POSITIVE_INFINITY : (usl - mean) / (3 * sigma),
  );
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt(1 / (9 * n) + (value * value) / (2 * (n - 1)));
  return { value, lower: value - half, upper: value + half };
}
/** Expected parts per million outside of the limits, of a normal process. */
export function ppmOutside(lsl: number | undefined, usl: number | undefined, mean: number, sigma: number): number {
  const below = lsl === undefined ? 0 : normalCdf((lsl - mean) / sigma);
  return 1e6 * (below + (usl === undefined ? 0 : normalUpper((usl - mean) / sigma)));
}
export function observedOutside(values: ArrayLike<number>, lsl: number | undefined, usl: number | undefined): number {
  let outside = 0;
  for (let i = 0; i < values.length; i++)
    if ((lsl !== undefined && (values[i] as number) < lsl) || (usl !== undefined && (values[i] as number) > usl)) outside++;
  return (1e6 * outside) / values.length;
}
