import type { AlignedOrder } from './aligned.ts';
import { type HistoryReader, type Part, parts, resolve, type Window } from './query.ts';
import { concat, pick, type Samples } from './samples.ts';

/** Samples of one tag or series: as corrected in order of event time; as arrived by append time, then number, of one lane. */
export interface SeriesSlice {
  readonly id: number;
  readonly lane: number;
  readonly samples: Samples;
}

const HOUR = 3_600_000;
/** Samples in memory at once, about: a slice is as long as signals of 1 s allow, and a day at most, since chunks are merged to days. */
const ROWS = 2_000_000;
/** How far a source's clock may be ahead of the log's before `arrived` may be out of order at the border of two slices. */
const CLOCK_AHEAD = 600_000;

/** Length of a slice for so many signals, ms; a whole part of a day. */
export function sliceLength(signals: number): number {
  const hours = Math.floor(ROWS / (Math.max(1, signals) * 3_600));
  return ([24, 12, 8, 6, 4, 3, 2].find((one) => one <= hours) ?? 1) * HOUR;
}

/**
 * The samples whose event time lies in the window, slice by slice along the borders of days, a column of numbers per signal. The next slice is
 * read while the caller works on this one. As it arrived, a sample comes with the slice in which it arrived.
 */
export async function* readSlices(
  reader: HistoryReader,
  ids: readonly number[],
  window: Window,
  order: AlignedOrder,
  length = sliceLength(ids.length),
): AsyncGenerator<readonly SeriesSlice[]> {
  const read = async (from: number) => {
    const to = Math.min((Math.floor(from / length) + 1) * length, window.to);
    return { to, series: seriesOf(await parts(reader, ids, { from, to }), { from, to }, order) };
  };
  let held = new Map<string, SeriesSlice>();
  let ahead = window.from < window.to ? read(window.from) : undefined;
  try {
    while (ahead) {
      const { to, series } = await ahead;
      ahead = to < window.to ? read(to) : undefined;
      // A failure shows when its turn comes; nobody listens to it before.
      ahead?.catch(() => {});
      if (order === 'corrected') {
        yield series;
        continue;
      }
      const come = byArrival(series, held);
      // What comes in a later slice has a later event time, and so a later append time but for a clock that is ahead.
      const until = to < window.to ? to - CLOCK_AHEAD : Number.POSITIVE_INFINITY;
      const ready: SeriesSlice[] = [];
      held = new Map();
      for (const [name, slice] of come) {
        const n = firstAtOrAfter(slice.samples.at, until);
        if (n > 0) ready.push({ ...slice, samples: range(slice.samples, 0, n) });
        if (n < slice.samples.n) held.set(name, { ...slice, samples: range(slice.samples, n, slice.samples.n) });
      }
      if (ready.length > 0) yield ready;
    }
  } finally {
    // Whoever stops early must not leave a query running behind.
    await ahead?.catch(() => {});
  }
}

function seriesOf(found: readonly Part[], window: Window, order: AlignedOrder): SeriesSlice[] {
  const groups = new Map<string, { id: number; lane: number; list: Samples[] }>();
  for (const { id, lane, samples } of found) {
    const name = order === 'corrected' ? `${id}` : `${id}/${lane}`;
    const group = groups.get(name);
    if (group) group.list.push(samples);
    else groups.set(name, { id, lane, list: [samples] });
  }
  return [...groups.values()].map(({ id, lane, list }) => ({
    id,
    lane,
    samples: order === 'corrected' ? resolve(list, window) : within(arrived(concat(list)), window),
  }));
}

/** Joins what was held over from the slice before. */
function byArrival(series: readonly SeriesSlice[], held: ReadonlyMap<string, SeriesSlice>): Map<string, SeriesSlice> {
  const all = new Map(held);
  for (const slice of series) {
    const name = `${slice.id}/${slice.lane}`;
    const before = all.get(name);
    all.set(name, before ? { ...slice, samples: arrived(concat([before.samples, slice.samples])) } : slice);
  }
  return all;
}

const cameBefore = (s: Samples) => (a: number, b: number) =>
  (s.at[a] as number) - (s.at[b] as number) ||
  (s.seq[a] as number) - (s.seq[b] as number) ||
  (s.time[a] as number) - (s.time[b] as number) ||
  a - b;

/** In the order in which they came. */
function arrived(s: Samples): Samples {
  const before = cameBefore(s);
  for (let i = 1; i < s.n; i++)
    if (before(i - 1, i) > 0) return pick(s, Uint32Array.from({ length: s.n }, (_, k) => k).sort(before));
  return s;
}

/** Those with an event time in the window; in order of arrival they may lie anywhere. */
function within(s: Samples, { from, to }: Window): Samples {
  const order = new Uint32Array(s.n);
  let kept = 0;
  for (let i = 0; i < s.n; i++) if ((s.time[i] as number) >= from && (s.time[i] as number) < to) order[kept++] = i;
  return kept === s.n ? s : pick(s, order.subarray(0, kept));
}

function firstAtOrAfter(at: Float64Array, limit: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((at[mid] as number) < limit) low = mid + 1;
    else high = mid;
  }
  return low;
}

const range = (s: Samples, from: number, to: number): Samples =>
  from === 0 && to === s.n
    ? s
    : pick(
        s,
        Uint32Array.from({ length: to - from }, (_, i) => from + i),
      );
