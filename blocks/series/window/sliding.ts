import type { Statistics } from './tumbling.ts';

/** Values of a sliding window, ascending by time. */
export interface Buffer {
  readonly t: number[];
  readonly v: number[];
  readonly q: number[];
}

/** Puts a value where its time belongs (after equal times) and drops the oldest beyond `most`; true when one was dropped. */
export function addInOrder(buffer: Buffer, time: number, value: number, quality: number, most: number): boolean {
  let at = buffer.t.length;
  while (at > 0 && (buffer.t[at - 1] as number) > time) at--;
  buffer.t.splice(at, 0, time);
  buffer.v.splice(at, 0, value);
  buffer.q.splice(at, 0, quality);
  if (buffer.t.length <= most) return false;
  dropFirst(buffer, 1);
  return true;
}

export function dropFirst(buffer: Buffer, n: number): void {
  if (n <= 0) return;
  buffer.t.splice(0, n);
  buffer.v.splice(0, n);
  buffer.q.splice(0, n);
}

/** Drops what is at or before `time`. */
export function dropUntil(buffer: Buffer, time: number): void {
  let n = 0;
  while (n < buffer.t.length && (buffer.t[n] as number) <= time) n++;
  dropFirst(buffer, n);
}

/** Statistics of the values later than `after`; two passes, so they do not drift with the length of the run. */
export function statisticsSince(buffer: Buffer, after: number): Statistics {
  let first = 0;
  while (first < buffer.t.length && (buffer.t[first] as number) <= after) first++;
  const count = buffer.t.length - first;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let quality = 0;
  for (let i = first; i < buffer.t.length; i++) {
    const value = buffer.v[i] as number;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if ((buffer.q[i] as number) > quality) quality = buffer.q[i] as number;
  }
  const mean = sum / count;
  let squares = 0;
  let rest = 0;
  for (let i = first; i < buffer.t.length; i++) {
    const d = (buffer.v[i] as number) - mean;
    squares += d * d;
    rest += d;
  }
  const sd = count > 1 ? Math.sqrt((squares - (rest * rest) / count) / (count - 1)) : 0;
  return { start: after, mean, min, max, sd, count, quality };
}
