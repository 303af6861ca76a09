import { c4, d2, d3 } from '../chart-constants.ts';

/** The chart's kinds: mean with range or standard deviation, single values, and counts. */
export type Chart = 'xbar-r' | 'xbar-s' | 'i-mr' | 'p' | 'np' | 'c' | 'u';

/** One point: its statistic, the statistic of its spread (NaN where the chart has none), and how many values or units stand behind it. */
export interface Point {
  readonly at: number;
  readonly n: number;
  readonly value: number;
  readonly spread: number;
}
/** What the lines are drawn from. `center` is the mean of values, the fraction (p, np) or the count per unit; `sigma` the deviation of single values. */
export interface Process {
  readonly center: number;
  readonly sigma: number;
}
export interface Lines {
  readonly center: number;
  readonly ucl: number;
  readonly lcl: number;
  readonly sigma: number;
  readonly spreadCenter: number;
  readonly spreadUcl: number;
  readonly spreadLcl: number;
}

/** What the deviation of single values is taken from. */
export type Singles = 'moving-range' | 'sample';

/**
 * Estimates the process from points: mean weighted by size; sigma from R̄/d₂, S̄/c₄; of single values from the moving range of neighbours/d₂(2), or the
 * deviation of all of them/c₄, which takes in what moves slowly, too.
 */
export function estimate(chart: Chart, points: readonly Point[], singles: Singles): Process {
  if (points.length < 2) throw new RangeError(`${points.length} points remain after exclusion: limits need at least 2`);
  let n = 0;
  let sum = 0;
  for (const point of points) {
    n += point.n;
    sum += chart === 'np' || chart === 'c' ? point.value : point.value * point.n;
  }
  const center = chart === 'c' ? sum / points.length : sum / n;
  if (chart === 'xbar-r') return { center, sigma: mean(points.map((p) => p.spread / d2(p.n))) };
  if (chart === 'xbar-s') return { center, sigma: mean(points.map((p) => p.spread / c4(p.n))) };
  if (chart !== 'i-mr') return { center, sigma: Number.NaN };
  if (singles === 'sample') {
    const squares = points.reduce((s, p) => s + (p.value - center) ** 2, 0);
    return { center, sigma: Math.sqrt(squares / (points.length - 1)) / c4(points.length) };
  }
  const moves = points.slice(1).map((p, i) => Math.abs(p.value - (points[i] as Point).value));
  return { center, sigma: mean(moves) / d2(2) };
}
const mean = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;

/** The lines at a point of size `n`, `width` standard deviations wide. Limits of counts, fractions and spreads end at 0 (fractions also at 1). */
export function linesAt(chart: Chart, process: Process, n: number, width: number): Lines {
  const { center, sigma } = process;
  if (chart === 'xbar-r' || chart === 'xbar-s' || chart === 'i-mr') {
    const size = chart === 'i-mr' ? 2 : n;
    const [expected, deviation] =
      chart === 'xbar-s' ? [c4(size) * sigma, Math.sqrt(1 - c4(size) ** 2) * sigma] : [d2(size) * sigma, d3(size) * sigma];
    const error = chart === 'i-mr' ? sigma : sigma / Math.sqrt(n);
    return {
      center,
      ucl: center + width * error,
      lcl: center - width * error,
      sigma: error,
      spreadCenter: expected,
      spreadUcl: expected + width * deviation,
      spreadLcl: Math.max(0, expected - width * deviation),
    };
  }
  const scale = chart === 'np' ? n : 1;
  const most = chart === 'p' ? 1 : chart === 'np' ? n : Number.POSITIVE_INFINITY;
  const variance =
    chart === 'p'
      ? (center * (1 - center)) / n
      : chart === 'np'
        ? n * center * (1 - center)
        : chart === 'u'
          ? center / n
          : center;
  const error = Math.sqrt(variance);
  return {
    center: scale * center,
    ucl: Math.min(most, scale * center + width * error),
    lcl: Math.max(0, scale * center - width * error),
    sigma: error,
    spreadCenter: Number.NaN,
    spreadUcl: Number.NaN,
    spreadLcl: Number.NaN,
  };
}
