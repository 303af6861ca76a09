import { BAD, isBad, quality } from '#runtime/batch/quality.ts';
import type { Grid } from './grid.ts';
import { DAY_MS } from './hours.ts';
import { type HistoryReader, readSamples } from './query.ts';
import type { Samples } from './samples.ts';

/**
 * How a value is found where none was sampled.
 *
 * | method | value at, or of the stretch from, t | quality |
 * |---|---|---|
 * | `step` | the newest sample's at or before t: it holds until the next | that sample's |
 * | `linear` | on the line between the samples before and after t | the worse of the two |
 * | `average` | of the stretch, weighted by how long each value held | the worst used; uncertain:substituted where part of the stretch has no usable value |
 *
 * A bad sample is never stepped over: it ends what held before it, and from it on there is no value, with its quality. Nothing holds, or is
 * joined by a line, for longer than `maxAge`: then the value is missing, bad:stale (average: bad:missing when less than half is known).
 */
export const RESAMPLE_METHODS = ['step', 'linear', 'average'] as const;
export type ResampleMethod = (typeof RESAMPLE_METHODS)[number];

export interface Resampled {
  /** Starts of the grid. */
  readonly time: Float64Array;
  /** NaN where there is none; its quality is then bad. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
}
export const LONGEST_AGE_MS = DAY_MS;

const STALE = quality('bad', 'stale');
const MISSING = quality('bad', 'missing');
const PARTLY = quality('uncertain', 'substituted');
/** Less than this share of a stretch is not enough to speak for it. */
const ENOUGH = 0.5;

/** Samples in time order, of each time one version, from `maxAge` before the grid to `maxAge` after it. */
export function resample(s: Samples, { starts, end }: Grid, method: ResampleMethod, maxAge: number): Resampled {
  const n = starts.length;
  const out = {
    time: Float64Array.from(starts),
    value: new Float64Array(n).fill(Number.NaN),
    quality: new Uint8Array(n).fill(MISSING),
  };
  /** Rows at or before the start. */
  let row = 0;
  for (let i = 0; i < n; i++) {
    const t = starts[i] as number;
    while (row < s.n && (s.time[row] as number) <= t) row++;
    const found =
      method === 'average' ? averageOf(s, row - 1, t, starts[i + 1] ?? end, maxAge) : at(s, row - 1, t, method, maxAge);
    out.value[i] = found[0];
    out.quality[i] = found[1];
  }
  return out;
}

type Found = readonly [value: number, quality: number];

function at(s: Samples, before: number, t: number, method: 'step' | 'linear', maxAge: number): Found {
  if (before < 0) return [Number.NaN, MISSING];
  const [x, q] = usableAt(s, before);
  const t0 = s.time[before] as number;
  if (method === 'step' || t0 === t || Number.isNaN(x)) return t - t0 > maxAge ? [Number.NaN, STALE] : [x, q];
  const after = before + 1;
  if (after >= s.n) return [Number.NaN, MISSING];
  const [y, r] = usableAt(s, after);
  if (Number.isNaN(y)) return [Number.NaN, r];
  const t1 = s.time[after] as number;
  if (t1 - t0 > maxAge) return [Number.NaN, STALE];
  return [x + ((y - x) * (t - t0)) / (t1 - t0), Math.max(q, r)];
}

/** NaN for a bad sample, whatever number came with it. */
function usableAt(s: Samples, row: number): Found {
  const q = s.quality[row] as number;
  const x = s.value[row] as number;
  return isBad(q) ? [Number.NaN, q] : Number.isNaN(x) ? [Number.NaN, MISSING] : [x, q];
}

function averageOf(s: Samples, before: number, from: number, to: number, maxAge: number): Found {
  let known = 0;
  let sum = 0;
  let worst = 0;
  let reason = MISSING;
  for (let row = Math.max(before, 0); row < s.n && (s.time[row] as number) < to; row++) {
    const t0 = s.time[row] as number;
    const holds = Math.min(to, (s.time[row + 1] as number | undefined) ?? to, t0 + maxAge) - Math.max(from, t0);
    if (holds <= 0) continue;
    const [x, q] = usableAt(s, row);
    if (Number.isNaN(x)) {
      reason = Math.max(reason === MISSING ? BAD : reason, q);
      continue;
    }
    known += holds;
    sum += x * holds;
    worst = Math.max(worst, q);
  }
  const share = known / (to - from);
  if (known === 0 || share < ENOUGH) return [Number.NaN, reason];
  return [sum / known, share < 1 ? Math.max(worst, PARTLY) : worst];
}

/** One piece of this much time is in memory at once. */
const SLICE_MS = DAY_MS;

/** Each series at the starts of the grid. */
export async function readResampled(
  reader: HistoryReader,
  ids: readonly number[],
  grid: Grid,
  method: ResampleMethod,
  maxAge: number,
): Promise<Map<number, Resampled>> {
  const reach = Math.min(maxAge, LONGEST_AGE_MS);
  const out = new Map(
    ids.map((id) => [
      id,
      {
        time: Float64Array.from(grid.starts),
        value: new Float64Array(grid.starts.length),
        quality: new Uint8Array(grid.starts.length),
      },
    ]),
  );
  for (let first = 0; first < grid.starts.length; ) {
    const from = grid.starts[first] as number;
    let last = first + 1;
    while (last < grid.starts.length && (grid.starts[last + 1] ?? grid.end) - from <= SLICE_MS) last++;
    const part: Grid = { starts: grid.starts.slice(first, last), end: grid.starts[last] ?? grid.end };
    const read = await readSamples(reader, ids, { from: from - reach, to: part.end + (method === 'linear' ? reach + 1 : 0) });
    for (const [id, samples] of read) {
      const piece = resample(samples, part, method, reach);
      out.get(id)?.value.set(piece.value, first);
      out.get(id)?.quality.set(piece.quality, first);
    }
    first = last;
  }
  return out;
}
