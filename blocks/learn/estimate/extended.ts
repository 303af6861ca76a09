import { type Formula, workOut } from './formula.ts';

export interface ExtendedModel {
  /** What is measured, of the states b1, b2 … and the variables. */
  readonly measured: Formula;
  /** Next value of each state, of the states before and the variables of this row; null = it stays. */
  readonly next: readonly (Formula | null)[];
  readonly start: readonly number[];
  /** Variances: of the start, of what is added to each state in a step, of the measurement. */
  readonly startVariance: readonly number[];
  readonly process: readonly number[];
  readonly measurement: number;
}
export interface ExtendedResult {
  readonly states: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** A row each: states after it, their standard deviations, what the model measures with them, variance of the surprise. */
  readonly track: readonly (readonly number[])[];
  readonly deviations: readonly (readonly number[])[];
  readonly fitted: readonly number[];
  readonly variance: readonly number[];
  readonly logLikelihood: number;
}

type Rows = number[][];
const times = (a: Rows, b: Rows): Rows =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((s, v, k) => s + v * ((b[k] as number[])[j] as number), 0)));
const turned = (a: Rows): Rows => (a[0] ?? []).map((_, j) => a.map((row) => row[j] as number));

/**
 * Extended Kalman filter (Bar-Shalom, Li & Kirubarajan 2001, ch. 10): every row first moves the states by their formulas (derivatives are exact), then
 * takes the measurement in; the covariance in Joseph's form, which stays symmetric and positive. A missing measurement only moves.
 * @throws RangeError where a formula has no value
 */
export function extendedFilter(model: ExtendedModel, x: readonly ArrayLike<number>[], y: ArrayLike<number>): ExtendedResult {
  const n = model.start.length;
  let b = [...model.start];
  let covariance: Rows = model.startVariance.map((v, i) => model.startVariance.map((_, j) => (i === j ? v : 0)));
  const [track, deviations, fitted, variance]: [number[][], number[][], number[], number[]] = [[], [], [], []];
  let logLikelihood = 0;
  for (let row = 0; row < y.length; row++) {
    const at = x.map((column) => column[row] as number);
    const moved = model.next.map((f, i) =>
      f ? workOut(f, at, b) : { value: b[i] as number, slopes: Float64Array.from(b, (_, j) => (i === j ? 1 : 0)) },
    );
    const jacobian = moved.map((m) => Array.from(m.slopes));
    b = moved.map((m) => m.value);
    covariance = times(times(jacobian, covariance), turned(jacobian));
    for (let i = 0; i < n; i++)
      (covariance[i] as number[])[i] = ((covariance[i] as number[])[i] as number) + (model.process[i] as number);

    const measured = workOut(model.measured, at, b);
    const slopes = Array.from(measured.slopes);
    const reach = covariance.map((c) => c.reduce((s, v, j) => s + v * (slopes[j] as number), 0));
    const spread = slopes.reduce((s, v, i) => s + v * (reach[i] as number), 0) + model.measurement;
    const surprise = (y[row] as number) - measured.value;
    if (![...b, measured.value, spread].every(Number.isFinite))
      throw new RangeError(`row ${row + 1}: the formulas have no value there: choose other first values`);
    if (Number.isFinite(surprise)) {
      const gain = reach.map((v) => v / spread);
      b = b.map((v, i) => v + (gain[i] as number) * surprise);
      const left = gain.map((g, i) => slopes.map((h, j) => (i === j ? 1 : 0) - g * h));
      covariance = times(times(left, covariance), turned(left)).map((r, i) =>
        r.map((v, j) => v + (gain[i] as number) * (gain[j] as number) * model.measurement),
      );
      logLikelihood -= 0.5 * (Math.log(2 * Math.PI * spread) + (surprise * surprise) / spread);
    }
    track.push(b);
    deviations.push(covariance.map((r, i) => Math.sqrt(r[i] as number)));
    fitted.push(workOut(model.measured, at, b).value);
    variance.push(spread);
  }
  return { states: b, covariance, track, deviations, fitted, variance, logLikelihood };
}
