/** Rows that wait for late ones, in the order of time; equal times in the order of arrival. */
export interface Waiting {
  t: number[];
  v: number[];
  q: number[];
}

export function wait(rows: Waiting, time: number, value: number, quality: number): void {
  let at = rows.t.length;
  while (at > 0 && (rows.t[at - 1] as number) > time) at--;
  rows.t.splice(at, 0, time);
  rows.v.splice(at, 0, value);
  rows.q.splice(at, 0, quality);
}

/** Takes out the rows up to the watermark. */
export function release(rows: Waiting, watermark: number): Waiting {
  let n = 0;
  while (n < rows.t.length && (rows.t[n] as number) <= watermark) n++;
  return { t: rows.t.splice(0, n), v: rows.v.splice(0, n), q: rows.q.splice(0, n) };
}
