import { isBad } from '#runtime/batch/quality.ts';
import type { Samples } from './samples.ts';

/**
 * What a stretch of time holds. `min`, `max`, `sum`, `first` and `last` are of the usable values alone (a number whose quality is not bad);
 * they are NaN where `count` is 0. A time stands with each of them, so that a drawing puts it where it was.
 */
export interface Rollup {
  /** Epoch ms, included. */
  readonly start: number;
  /** Samples, bad ones too. */
  readonly n: number;
  /** Usable values. */
  readonly count: number;
  readonly min: number;
  readonly minAt: number;
  readonly max: number;
  readonly maxAt: number;
  readonly sum: number;
  readonly first: number;
  readonly firstAt: number;
  readonly last: number;
  readonly lastAt: number;
  /** Worst quality inside, and where. */
  readonly worst: number;
  readonly worstAt: number;
}

/** Arithmetic mean of the usable values; NaN without one. For values that hold until the next one see `resample.ts`. */
export const meanOf = ({ sum, count }: Pick<Rollup, 'sum' | 'count'>): number => (count === 0 ? Number.NaN : sum / count);

/**
 * Rolls up samples in time order (of each time one version) by `starts`, ascending; the last stretch ends at `end`. Stretches without a
 * sample are left out. The sum is compensated (Neumaier 1974), so that a long stretch of large values keeps its last digits.
 */
export function rollUp(s: Samples, starts: readonly number[], end: number): Rollup[] {
  const out: Rollup[] = [];
  let row = 0;
  for (const [i, start] of starts.entries()) {
    const to = starts[i + 1] ?? end;
    while (row < s.n && (s.time[row] as number) < start) row++;
    const from = row;
    while (row < s.n && (s.time[row] as number) < to) row++;
    if (row > from) out.push(oneOf(s, from, row, start));
  }
  return out;
}

function oneOf(s: Samples, from: number, to: number, start: number): Rollup {
  const none = Number.NaN;
  let count = 0;
  let low = -1;
  let high = -1;
  let first = -1;
  let last = -1;
  let worst = from;
  let sum = 0;
  let lost = 0;
  for (let row = from; row < to; row++) {
    if ((s.quality[row] as number) > (s.quality[worst] as number)) worst = row;
    const x = s.value[row] as number;
    if (Number.isNaN(x) || isBad(s.quality[row] as number)) continue;
    if (count++ === 0) first = row;
    last = row;
    if (low < 0 || x < (s.value[low] as number)) low = row;
    if (high < 0 || x > (s.value[high] as number)) high = row;
    const next = sum + x;
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  const value = (row: number) => (row < 0 ? none : (s.value[row] as number));
  const time = (row: number) => (row < 0 ? none : (s.time[row] as number));
  return {
    start,
    n: to - from,
    count,
    min: value(low),
    minAt: time(low),
    max: value(high),
    maxAt: time(high),
    // An infinite value makes the correction NaN; the sum itself is right then.
    sum: count === 0 ? none : Number.isFinite(lost) ? sum + lost : sum,
    first: value(first),
    firstAt: time(first),
    last: value(last),
    lastAt: time(last),
    worst: s.quality[worst] as number,
    worstAt: time(worst),
  };
}

/** One rollup of several that follow each other, as if made from their samples. */
export function joinRollups(start: number, parts: readonly Rollup[]): Rollup {
  const used = parts.filter((p) => p.count > 0);
  const none = Number.NaN;
  const first = used[0];
  const last = used.at(-1);
  const low = used.reduce<Rollup | undefined>((best, p) => (best && best.min <= p.min ? best : p), undefined);
  const high = used.reduce<Rollup | undefined>((best, p) => (best && best.max >= p.max ? best : p), undefined);
  const worst = parts.reduce((bad, p) => (p.worst > bad.worst ? p : bad), parts[0] ?? { worst: 0, worstAt: none });
  return {
    start,
    n: parts.reduce((n, p) => n + p.n, 0),
    count: used.reduce((n, p) => n + p.count, 0),
    min: low?.min ?? none,
    minAt: low?.minAt ?? none,
    max: high?.max ?? none,
    maxAt: high?.maxAt ?? none,
    sum: used.length === 0 ? none : used.reduce((sum, p) => sum + p.sum, 0),
    first: first?.first ?? none,
    firstAt: first?.firstAt ?? none,
    last: last?.last ?? none,
    lastAt: last?.lastAt ?? none,
    worst: worst.worst,
    worstAt: worst.worstAt,
  };
}
