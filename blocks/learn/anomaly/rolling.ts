/** Mean and spread of the newest values; the sums are made anew every time the ring is full, so that rounding does not grow. */
export interface Rolling {
  ring: number[];
  at: number;
  pivot: number;
  sum: number;
  squares: number;
}
export const emptyRolling = (): Rolling => ({ ring: [], at: 0, pivot: 0, sum: 0, squares: 0 });

export function push(r: Rolling, value: number, size: number): void {
  if (r.ring.length < size) {
    if (r.ring.length === 0) r.pivot = value;
    r.ring.push(value);
    add(r, value, 1);
    return;
  }
  add(r, r.ring[r.at] as number, -1);
  r.ring[r.at] = value;
  add(r, value, 1);
  r.at = (r.at + 1) % size;
  if (r.at === 0) {
    r.pivot = r.ring.reduce((s, v) => s + v, 0) / size;
    r.sum = 0;
    r.squares = 0;
    for (const v of r.ring) add(r, v, 1);
  }
}
function add(r: Rolling, value: number, sign: 1 | -1): void {
  const d = value - r.pivot;
  r.sum += sign * d;
  r.squares += sign * d * d;
}

/** Distance from the mean in standard deviations; of a constant past, Infinity for any other value. */
export function deviation(r: Rolling, value: number): number {
  const n = r.ring.length;
  const mean = r.pivot + r.sum / n;
  const variance = Math.max(0, (r.squares - (r.sum * r.sum) / n) / (n - 1));
  // the sums keep about 15 digits: less spread than that is none
  const floor = (1e-9 * Math.max(Math.abs(mean), Math.abs(r.pivot))) ** 2;
  if (variance <= floor) return Math.abs(value - mean) <= Math.sqrt(floor) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(value - mean) / Math.sqrt(variance);
}
