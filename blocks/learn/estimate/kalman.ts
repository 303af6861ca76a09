import { minimise } from '../minimise.ts';

export interface Filtered {
  /** Level after each value and its variance. */
  readonly level: readonly number[];
  readonly variance: readonly number[];
  /** Log-likelihood without the first value, which the diffuse start takes up. */
  readonly logLikelihood: number;
  readonly measurement: number;
  readonly process: number;
}

/**
 * Kalman filter of a level that walks: y = level + ε, level moves by η. Diffuse start: the first value is the first level
 * (Durbin & Koopman 2012, ch. 2). A missing value (NaN) is stepped over.
 */
export function filterLevel(y: ArrayLike<number>, measurement: number, process: number): Filtered {
  const level: number[] = [];
  const variance: number[] = [];
  let [a, p, logLikelihood, begun] = [Number.NaN, Number.POSITIVE_INFINITY, 0, false];
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number;
    if (begun) p += process;
    if (Number.isFinite(value)) {
      if (!begun) {
        [a, p, begun] = [value, measurement, true];
      } else {
        const spread = p + measurement;
        const error = value - a;
        logLikelihood -= 0.5 * (Math.log(2 * Math.PI * spread) + (error * error) / spread);
        a += (p / spread) * error;
        p *= measurement / spread;
      }
    }
    level.push(a);
    variance.push(p);
  }
  return { level, variance, logLikelihood, measurement, process };
}

/** The variances that make the values most likely; those given stay. */
export function fitLevel(
  y: ArrayLike<number>,
  given: { readonly measurement?: number | undefined; readonly process?: number | undefined },
): Filtered {
  const known = Array.from(y).filter(Number.isFinite);
  if (known.length < 4) throw new RangeError(`${known.length} values: a filter needs at least 4`);
  const mean = known.reduce((s, v) => s + v, 0) / known.length;
  const spread = known.reduce((s, v) => s + (v - mean) ** 2, 0) / known.length || 1;
  const open = (['measurement', 'process'] as const).filter((name) => given[name] === undefined);
  const of = (x: readonly number[]) => {
    const v = (name: 'measurement' | 'process') => given[name] ?? Math.exp(x[open.indexOf(name)] as number);
    return filterLevel(y, v('measurement'), v('process'));
  };
  if (open.length === 0) return of([]);
  const start = open.map((name) => Math.log(spread * (name === 'process' ? 0.1 : 0.5)));
  return of(
    minimise(
      (x) => -of(x).logLikelihood,
      start,
      open.map(() => 1),
      { tolerance: 1e-14 },
    ).x,
  );
}
