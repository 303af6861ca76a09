/** Rows of the open phase; statistics count all of them, the slice keeps the first `most`. */
export interface Open {
  t: number[];
  v: number[];
  quality: number;
  clipped: boolean;
  count: number;
  sum: number;
  min: number;
  max: number;
  from?: number;
  to?: number;
  first?: number;
  last?: number;
  /** Integral of the value over ms, for the mean. */
  area?: number;
}
export interface Slice {
  readonly t: number[];
  readonly v: number[];
  readonly quality: number;
  readonly clipped: boolean;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly first: number;
  readonly last: number;
  /** Time-weighted, straight between rows; of one instant the plain mean. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export function begin(open: Open): void {
  open.t = [];
  open.v = [];
  open.quality = 0;
  open.clipped = false;
  open.count = 0;
  open.sum = 0;
  open.area = 0;
}

export function add(open: Open, time: number, value: number, quality: number, most: number): void {
  if (open.count === 0) {
    open.from = time;
    open.first = value;
    open.min = value;
    open.max = value;
  } else open.area = (open.area ?? 0) + (((open.last ?? value) + value) / 2) * (time - (open.to ?? time));
  open.to = time;
  open.last = value;
  open.count++;
  open.sum += value;
  open.min = Math.min(open.min, value);
  open.max = Math.max(open.max, value);
  open.quality = Math.max(open.quality, quality);
  if (open.t.length < most) {
    open.t.push(time);
    open.v.push(value);
  } else open.clipped = true;
}

export function close(open: Open): Slice {
  const { from = 0, to = 0, first = Number.NaN, last = Number.NaN, area = 0 } = open;
  const mean = to > from ? area / (to - from) : open.sum / open.count;
  const { t, v, quality, clipped, count, min, max } = open;
  return { t, v, quality, clipped, count, from, to, seconds: (to - from) / 1000, first, last, mean, min, max };
}
