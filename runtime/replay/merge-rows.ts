/** When a row came: its entry's append time, lane and number. A series with it is ascending in (at, lane, seq). */
export interface Arrival {
  /** Epoch ms. */
  readonly at: Float64Array;
  readonly lane: number;
  readonly seq: Float64Array;
}
interface Rows {
  readonly time: Float64Array;
  readonly arrival?: Arrival;
}

export interface Merged {
  readonly n: number;
  /** Time of a row for the program, epoch ms, never going back. */
  readonly clock: Float64Array;
  /** Series of a row, and its place there. */
  readonly which: Int32Array;
  readonly index: Int32Array;
}

/** Rows of several ascending series in one order. Signals of one scan share their times: one look at all heads serves them all. */
export function mergeRows(series: readonly Rows[], since: number): Merged {
  const n = series.reduce((sum, one) => sum + one.time.length, 0);
  const merged = { n, clock: new Float64Array(n), which: new Int32Array(n), index: new Int32Array(n) };
  const { clock, which, index } = merged;
  const times = series.map((one) => one.arrival?.at ?? one.time);
  const next = new Int32Array(series.length);
  const heads = Float64Array.from(times, (time) => time[0] ?? Number.POSITIVE_INFINITY);
  let now = since;
  for (let out = 0; out < n; ) {
    let least = Number.POSITIVE_INFINITY;
    for (let s = 0; s < heads.length; s++) if ((heads[s] as number) < least) least = heads[s] as number;
    if (least > now) now = least;
    const begin = out;
    for (let s = 0; s < heads.length; s++) {
      while ((heads[s] as number) <= least) {
        const at = (next[s] as number) + 1;
        clock[out] = now;
        which[out] = s;
        index[out++] = at - 1;
        next[s] = at;
        heads[s] = (times[s] as Float64Array)[at] ?? Number.POSITIVE_INFINITY;
      }
    }
    if (out - begin > 1 && series[0]?.arrival) arrange(series, which, index, begin, out);
    if (out === begin) throw new RangeError('a time is not a number');
  }
  return merged;
}

/** Rows that came at one moment: by lane and number, then, within an entry, by time and the order of the series. */
function arrange(series: readonly Rows[], which: Int32Array, index: Int32Array, begin: number, end: number): void {
  let inOrder = true;
  for (let i = begin + 1; i < end && inOrder; i++) inOrder = !after(i - 1, i);
  if (inOrder) return;
  const rows = Array.from({ length: end - begin }, (_, i) => {
    const { time, arrival } = series[which[begin + i] as number] as Rows;
    const at = index[begin + i] as number;
    return { s: which[begin + i] as number, at, lane: arrival?.lane ?? 0, seq: arrival?.seq[at] ?? 0, time: time[at] as number };
  });
  rows.sort((a, b) => a.lane - b.lane || a.seq - b.seq || a.time - b.time || a.s - b.s || a.at - b.at);
  rows.forEach((row, i) => {
    which[begin + i] = row.s;
    index[begin + i] = row.at;
  });
  /** Does row `a` of the order so far belong behind row `b`? */
  function after(a: number, b: number): boolean {
    const one = series[which[a] as number] as Rows;
    const other = series[which[b] as number] as Rows;
    const i = index[a] as number;
    const j = index[b] as number;
    const lane = (one.arrival?.lane ?? 0) - (other.arrival?.lane ?? 0);
    if (lane !== 0) return lane > 0;
    const seq = (one.arrival?.seq[i] ?? 0) - (other.arrival?.seq[j] ?? 0);
    return seq !== 0 ? seq > 0 : (one.time[i] as number) > (other.time[j] as number);
  }
}
