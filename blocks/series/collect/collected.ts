/** Rows waiting for their frame, ascending by time. */
export interface Collected {
  readonly t: number[];
  readonly v: number[];
  readonly q: number[];
}
export interface Taken {
  readonly time: number[];
  readonly value: number[];
  /** Worst quality of its rows. */
  readonly quality: number;
}

/** Keeps a row in the order of time (after equal times); false when `most` rows are kept already and this one is left out. */
export function keep(rows: Collected, time: number, value: number, quality: number, most: number): boolean {
  if (rows.t.length >= most) return false;
  let at = rows.t.length;
  while (at > 0 && (rows.t[at - 1] as number) > time) at--;
  rows.t.splice(at, 0, time);
  rows.v.splice(at, 0, value);
  rows.q.splice(at, 0, quality);
  return true;
}

/** Takes out the first `n` rows. */
export function take(rows: Collected, n: number): Taken {
  const quality = rows.q.splice(0, n).reduce((worst, q) => Math.max(worst, q), 0);
  return { time: rows.t.splice(0, n), value: rows.v.splice(0, n), quality };
}

/** Takes out the rows of the earliest window of `width` ms that ends at or before `watermark`; undefined when none does. */
export function takeWindow(rows: Collected, watermark: number, width: number): (Taken & { readonly end: number }) | undefined {
  const first = rows.t[0];
  if (first === undefined) return undefined;
  const end = (Math.floor(first / width) + 1) * width;
  if (end > watermark) return undefined;
  let n = 0;
  while (n < rows.t.length && (rows.t[n] as number) < end) n++;
  return { end, ...take(rows, n) };
}
