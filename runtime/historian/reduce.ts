import type { Samples } from './samples.ts';

/** What a trend draws: at most five points a pixel column, in time order. `y` is NaN where there is no number. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly quality: Uint8Array;
  readonly origin: Uint8Array;
}

const bucketOf = (t: number, from: number, to: number, width: number): number =>
  Math.min(width - 1, Math.max(0, Math.floor(((t - from) / (to - from)) * width)));

/**
 * Rows that a trend of `width` pixels needs of time-ordered samples: in every pixel column the first, the lowest, the highest, the
 * last (drawing these four gives the same picture as drawing all: Jugel et al., M4, VLDB 2014) and the one of worst quality, so that
 * neither a peak nor a bad value is ever hidden.
 */
export function reduceRows(s: Samples, from: number, to: number, width: number): Uint32Array {
  if (s.n <= width * 2) return Uint32Array.from({ length: s.n }, (_, i) => i);
  const keep: number[] = [];
  for (let i = 0; i < s.n; ) {
    const bucket = bucketOf(s.time[i] as number, from, to, width);
    let low = -1;
    let high = -1;
    let worst = i;
    let j = i;
    for (; j < s.n && bucketOf(s.time[j] as number, from, to, width) === bucket; j++) {
      const y = s.value[j] as number;
      if (!Number.isNaN(y)) {
        if (low < 0 || y < (s.value[low] as number)) low = j;
        if (high < 0 || y > (s.value[high] as number)) high = j;
      }
      if ((s.quality[j] as number) > (s.quality[worst] as number)) worst = j;
    }
    const rows = [i, low, high, worst, j - 1].filter((r) => r >= 0).sort((a, b) => a - b);
    for (const row of rows) if (row !== keep[keep.length - 1]) keep.push(row);
    i = j;
  }
  return Uint32Array.from(keep);
}

export function points(s: Samples, rows: Uint32Array): Points {
  const n = rows.length;
  const out = { x: new Float64Array(n), y: new Float64Array(n), quality: new Uint8Array(n), origin: new Uint8Array(n) };
  for (let i = 0; i < n; i++) {
    const r = rows[i] as number;
    out.x[i] = s.time[r] as number;
    out.y[i] = s.value[r] as number;
    out.quality[i] = s.quality[r] as number;
    out.origin[i] = s.origin[r] as number;
  }
  return out;
}

type Frame = Readonly<Record<string, Float64Array | readonly unknown[]>>;

/** A frame's rows down to about `limit`: in every run of rows those where a numeric column other than the first is highest or lowest. */
export function reduceFrame(frame: Frame, limit: number): Frame {
  const names = Object.keys(frame);
  const n = Math.max(0, ...names.map((name) => frame[name]?.length ?? 0));
  if (n <= limit) return frame;
  const numeric = names.slice(1).flatMap((name) => (frame[name] instanceof Float64Array ? [frame[name]] : []));
  const buckets = Math.max(1, Math.floor(limit / Math.max(1, numeric.length * 2)));
  const keep = new Set<number>([0, n - 1]);
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * n) / buckets);
    const to = Math.floor(((b + 1) * n) / buckets);
    if (numeric.length === 0) keep.add(from);
    for (const column of numeric) {
      let low = from;
      let high = from;
      for (let i = from; i < to; i++) {
        if ((column[i] as number) < (column[low] as number)) low = i;
        if ((column[i] as number) > (column[high] as number)) high = i;
      }
      keep.add(low).add(high);
    }
  }
  const rows = [...keep].sort((a, b) => a - b);
  return Object.fromEntries(
    names.map((name) => {
      const column = frame[name] ?? [];
      return [
        name,
        column instanceof Float64Array ? Float64Array.from(rows, (r) => column[r] as number) : rows.map((r) => column[r]),
      ];
    }),
  );
}
