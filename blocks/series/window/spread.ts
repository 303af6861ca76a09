import { tQuantile } from '#blocks/mathematics/distributions.ts';
import { type Buffer, dropFirst } from './sliding.ts';
import type { Statistics } from './tumbling.ts';

/** Quality `uncertain:clipped`: the window held more values than it may keep. */
const CLIPPED = 0x42;

export interface Spread {
  readonly time: number;
  readonly quality: number;
  readonly median: number;
  readonly quantile: number;
  /** Confidence interval of the mean. */
  readonly lower: number;
  readonly upper: number;
}

/** Quantile of ascending values by linear interpolation of order statistics: definition 7 of Hyndman & Fan 1996. */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const h = (sorted.length - 1) * p;
  const low = Math.floor(h);
  const a = sorted[low] as number;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return a + (h - low) * (b - a);
}

/** Half of the two-sided interval of a mean, t·s/√n; NaN of fewer than two values, of which nothing is known. */
export function halfWidth(sd: number, n: number, confidence: number): number {
  if (n < 2) return Number.NaN;
  if (kept.df !== n - 1 || kept.confidence !== confidence)
    kept = { df: n - 1, confidence, t: tQuantile(0.5 + confidence / 200, n - 1) };
  return (kept.t * sd) / Math.sqrt(n);
}
/** Windows of even samples ask for the same again and again. */
let kept = { df: 0, confidence: 0, t: 0 };

/** Takes out the values of the window [start, end). */
export function takeValues(buffer: Buffer, start: number, end: number): number[] {
  let first = 0;
  while (first < buffer.t.length && (buffer.t[first] as number) < start) first++;
  let last = first;
  while (last < buffer.t.length && (buffer.t[last] as number) < end) last++;
  const values = buffer.v.slice(first, last);
  dropFirst(buffer, last);
  return values;
}

/** Values of a sliding window, which stay. */
export function valuesSince(buffer: Buffer, after: number): number[] {
  return buffer.v.filter((_, i) => (buffer.t[i] as number) > after);
}

export function spreadOf(
  time: number,
  w: Statistics,
  values: number[],
  quantile: number,
  confidence: number,
  quality = 0,
): Spread {
  values.sort((a, b) => a - b);
  const half = halfWidth(w.sd, w.count, confidence);
  return {
    time,
    quality: Math.max(quality, w.quality, values.length < w.count ? CLIPPED : 0),
    median: quantileOf(values, 0.5),
    quantile: quantileOf(values, quantile),
    lower: w.mean - half,
    upper: w.mean + half,
  };
}
