export interface Measures {
  readonly n: number;
  readonly mae: number;
  readonly rmse: number;
  /** Percent, 0–200: mean of 200|f − a|/(|f| + |a|). */
  readonly smape: number;
  /** Mean absolute error over the scale; NaN without one. */
  readonly mase: number;
  /** Share of the actual values inside their intervals, percent; NaN without intervals. */
  readonly coverage: number;
}
export interface Judged {
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** Per value: what a seasonal naive forecast errs by on the values known then; the scale of MASE. */
  readonly scale: readonly number[];
}

/** Errors of forecasts (Hyndman & Koehler 2006). A pair of zeros errs by 0 percent. */
export function measure({ actual, predicted, lower, upper, scale }: Judged): Measures {
  const n = actual.length;
  let [absolute, squares, percent, scaled, inside, bounded] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [a, f] = [actual[i] as number, predicted[i] as number];
    const e = Math.abs(f - a);
    absolute += e;
    squares += e * e;
    percent += e === 0 ? 0 : (200 * e) / (Math.abs(f) + Math.abs(a));
    scaled += e / (scale[i] as number);
    const [l, u] = [lower[i] as number, upper[i] as number];
    if (Number.isFinite(l) && Number.isFinite(u)) {
      bounded++;
      if (a >= l && a <= u) inside++;
    }
  }
  return {
    n,
    mae: absolute / n,
    rmse: Math.sqrt(squares / n),
    smape: percent / n,
    mase: Number.isFinite(scaled) ? scaled / n : Number.NaN,
    coverage: bounded === n ? (100 * inside) / n : Number.NaN,
  };
}

/** Mean absolute difference to one season before; NaN when there is none or it is 0. */
export function naiveScale(values: ArrayLike<number>, season: number): number {
  let sum = 0;
  for (let i = season; i < values.length; i++) sum += Math.abs((values[i] as number) - (values[i - season] as number));
  const scale = sum / (values.length - season);
  return values.length > season && scale > 0 ? scale : Number.NaN;
}
