export interface Demand {
  /** Smoothed size of a demand and smoothed interval between demands, in steps. */
  readonly size: number;
  readonly interval: number;
}

/** Croston 1972: sizes and intervals of the demands are smoothed apart; both begin with the first demand. */
export function croston(y: ArrayLike<number>, alpha: number): Demand {
  let size = Number.NaN;
  let interval = Number.NaN;
  let since = 0;
  for (let i = 0; i < y.length; i++) {
    since++;
    const value = y[i] as number;
    if (value < 0) throw new RangeError(`a demand is not negative: step ${i + 1} has ${value}`);
    if (value === 0) continue;
    size = Number.isNaN(size) ? value : size + alpha * (value - size);
    interval = Number.isNaN(interval) ? since : interval + alpha * (since - interval);
    since = 0;
  }
  if (Number.isNaN(size)) throw new RangeError('there is no demand in the series: nothing to learn from');
  return { size, interval };
}

/** Demand per step; Syntetos & Boylan 2005 take out Croston's bias by 1 − α/2. */
export const rateOf = ({ size, interval }: Demand, alpha: number, corrected: boolean): number =>
  ((corrected ? 1 - alpha / 2 : 1) * size) / interval;

/** Average interval between demands and squared variation of their sizes: what Syntetos, Boylan & Croston 2005 sort demand by. */
export function patternOf(y: ArrayLike<number>): { readonly adi: number; readonly cv2: number } {
  const sizes = Array.from(y).filter((v) => v !== 0);
  if (sizes.length === 0) return { adi: Number.POSITIVE_INFINITY, cv2: 0 };
  const mean = sizes.reduce((s, v) => s + v, 0) / sizes.length;
  const variance = sizes.reduce((s, v) => s + (v - mean) ** 2, 0) / sizes.length;
  return { adi: y.length / sizes.length, cv2: variance / (mean * mean) };
}
