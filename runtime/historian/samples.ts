import type { Wave } from '#runtime/batch/batch.ts';
import { ORIGINS, type Origin } from '#runtime/batch/schema.ts';

/** A value that is no number: text, a waveform by reference, or a whole frame (a spectrum, a Pareto table). */
export type OtherValue =
  | { readonly text: string }
  | { readonly wave: Omit<Wave, 'values'> }
  | { readonly frame: Readonly<Record<string, Float64Array | readonly unknown[]>> };

/**
 * Samples of one series in columns. Nothing is overwritten: two samples of one time are two versions, and the one with the
 * later append time, then sequence number, then position, is the newer.
 */
export interface Samples {
  readonly n: number;
  /** Event time, epoch ms. */
  readonly time: Float64Array;
  /** NaN where `other` has the value or where it is missing. */
  readonly value: Float64Array;
  /** `runtime/batch/quality.ts`. */
  readonly quality: Uint8Array;
  /** Index into ORIGINS. */
  readonly origin: Uint8Array;
  /** Append time of the entry, epoch ms. */
  readonly at: Float64Array;
  /** Sequence number in the lane. */
  readonly seq: Float64Array;
  readonly other: ReadonlyMap<number, OtherValue>;
}

export const originCode = (origin: Origin): number => ORIGINS.indexOf(origin);
export const originName = (code: number): Origin => ORIGINS[code] ?? 'measured';

export const noSamples = (): Samples => ({
  n: 0,
  time: new Float64Array(0),
  value: new Float64Array(0),
  quality: new Uint8Array(0),
  origin: new Uint8Array(0),
  at: new Float64Array(0),
  seq: new Float64Array(0),
  other: new Map(),
});

/** The rows `order[0..]`, in that order. */
export function pick(s: Samples, order: Uint32Array): Samples {
  const n = order.length;
  const out = {
    n,
    time: new Float64Array(n),
    value: new Float64Array(n),
    quality: new Uint8Array(n),
    origin: new Uint8Array(n),
    at: new Float64Array(n),
    seq: new Float64Array(n),
    other: new Map<number, OtherValue>(),
  };
  for (let i = 0; i < n; i++) {
    const j = order[i] as number;
    out.time[i] = s.time[j] as number;
    out.value[i] = s.value[j] as number;
    out.quality[i] = s.quality[j] as number;
    out.origin[i] = s.origin[j] as number;
    out.at[i] = s.at[j] as number;
    out.seq[i] = s.seq[j] as number;
    const other = s.other.get(j);
    if (other) out.other.set(i, other);
  }
  return out;
}

export function concat(parts: readonly Samples[]): Samples {
  if (parts.length === 1) return parts[0] as Samples;
  const n = parts.reduce((sum, p) => sum + p.n, 0);
  const out = {
    n,
    time: new Float64Array(n),
    value: new Float64Array(n),
    quality: new Uint8Array(n),
    origin: new Uint8Array(n),
    at: new Float64Array(n),
    seq: new Float64Array(n),
    other: new Map<number, OtherValue>(),
  };
  let base = 0;
  for (const p of parts) {
    out.time.set(p.time, base);
    out.value.set(p.value, base);
    out.quality.set(p.quality, base);
    out.origin.set(p.origin, base);
    out.at.set(p.at, base);
    out.seq.set(p.seq, base);
    for (const [row, other] of p.other) out.other.set(base + row, other);
    base += p.n;
  }
  return out;
}

/** Compares two rows by (event time, append time, sequence number); equal rows keep their order. */
const byTime = (s: Samples) => (a: number, b: number) =>
  (s.time[a] as number) - (s.time[b] as number) ||
  (s.at[a] as number) - (s.at[b] as number) ||
  (s.seq[a] as number) - (s.seq[b] as number) ||
  a - b;

const isSorted = (s: Samples): boolean => {
  for (let i = 1; i < s.n; i++) {
    const d = (s.time[i] as number) - (s.time[i - 1] as number);
    if (d < 0) return false;
    if (d === 0 && byTime(s)(i - 1, i) > 0) return false;
  }
  return true;
};

/** In order of event time, versions of one time from old to new. */
export function sorted(s: Samples): Samples {
  if (isSorted(s)) return s;
  return pick(s, Uint32Array.from({ length: s.n }, (_, i) => i).sort(byTime(s)));
}

/** Of sorted samples, the newest version of every time. */
export function newest(s: Samples): Samples {
  let kept = 0;
  const order = new Uint32Array(s.n);
  for (let i = 0; i < s.n; i++) if (i === s.n - 1 || s.time[i] !== s.time[i + 1]) order[kept++] = i;
  return kept === s.n ? s : pick(s, order.subarray(0, kept));
}

/** Of sorted samples, those with from <= time < to. */
export function between(s: Samples, from: number, to: number): Samples {
  let a = 0;
  let b = s.n;
  while (a < b && (s.time[a] as number) < from) a++;
  while (b > a && (s.time[b - 1] as number) >= to) b--;
  return a === 0 && b === s.n
    ? s
    : pick(
        s,
        Uint32Array.from({ length: b - a }, (_, i) => a + i),
      );
}

/** Equal to the last bit. */
export function sameSamples(a: Samples, b: Samples): boolean {
  if (a.n !== b.n || a.other.size !== b.other.size) return false;
  for (const name of ['time', 'value', 'at', 'seq', 'quality', 'origin'] as const) {
    const x = a[name];
    const y = b[name];
    for (let i = 0; i < a.n; i++) if (!Object.is(x[i], y[i])) return false;
  }
  for (const [row, other] of a.other) if (JSON.stringify(other) !== JSON.stringify(b.other.get(row))) return false;
  return true;
}
