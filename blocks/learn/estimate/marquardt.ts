import { leastSquares } from '#blocks/mathematics/linear.ts';
import { type Formula, workOut } from './formula.ts';

export interface Estimated {
  readonly parameters: readonly number[];
  readonly errors: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** Residual standard deviation. */
  readonly sd: number;
  readonly squares: number;
  readonly rounds: number;
  readonly fitted: readonly number[];
}

/**
 * Nonlinear least squares by Levenberg & Marquardt with Moré's scaling (1978): every step solves the damped linear problem by QR, never by normal
 * equations. Bounds hold by stopping a step at them. `x` are the columns of the
 * formula's variables. @throws RangeError when it does not settle.
 */
export function estimate(
  f: Formula,
  x: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
  start: readonly number[],
  bounds: { readonly lower: readonly number[]; readonly upper: readonly number[] },
): Estimated {
  const n = y.length;
  const k = start.length;
  if (n <= k) throw new RangeError(`${n} rows for ${k} parameters: at least ${k + 1} are needed`);
  const at = (b: readonly number[]) =>
    Array.from({ length: n }, (_, i) =>
      workOut(
        f,
        x.map((column) => column[i] as number),
        b,
      ),
    );
  const squaresOf = (points: readonly { readonly value: number }[]) =>
    points.reduce((s, p, i) => s + ((y[i] as number) - p.value) ** 2, 0);
  const inside = (v: number, j: number) =>
    Math.min(bounds.upper[j] ?? Number.POSITIVE_INFINITY, Math.max(bounds.lower[j] ?? Number.NEGATIVE_INFINITY, v));
  let b = start.map(inside);
  let points = at(b);
  let squares = squaresOf(points);
  if (!Number.isFinite(squares)) throw new RangeError('the formula has no value at the start: choose other first values');
  let scale = new Array<number>(k).fill(0);
  let damping = 1e-3;
  let settled = 0;
  let rounds = 0;
  for (; rounds < 2000 && settled < 3; rounds++) {
    const jacobian = points.map((p) => Array.from(p.slopes));
    const residual = points.map((p, i) => (y[i] as number) - p.value);
    scale = scale.map((s, j) => Math.max(s, Math.sqrt(jacobian.reduce((t, row) => t + (row[j] as number) ** 2, 0))) || 1e-30);
    const rows = [...jacobian, ...scale.map((s, j) => scale.map((_, i) => (i === j ? Math.sqrt(damping) * s : 0)))];
    const step = leastSquares(rows, [...residual, ...scale.map(() => 0)]).coefficients;
    const next = b.map((v, j) => inside(v + (Number.isNaN(step[j]) ? 0 : (step[j] as number)), j));
    const there = at(next);
    const lower = squaresOf(there);
    const moved = next.reduce((m, v, j) => Math.max(m, Math.abs(v - (b[j] as number)) / (Math.abs(v) + 1e-12)), 0);
    if (lower <= squares) {
      settled = moved < 1e-9 || squares === 0 ? settled + 1 : 0;
      [b, points, squares] = [next, there, lower];
      damping = Math.max(1e-14, damping / 9);
    } else {
      // no way down from here but by rounding: this is the bottom
      if (moved < 1e-9) settled++;
      damping = Math.min(1e12, damping * 4);
    }
  }
  if (settled < 3) throw new RangeError('the parameters do not settle: choose other first values, or a simpler formula');
  const { inverse, rank } = leastSquares(
    points.map((p) => Array.from(p.slopes)),
    new Array<number>(n).fill(0),
  );
  if (rank < k) throw new RangeError('the rows do not tell the parameters apart: take a formula with fewer');
  const variance = squares / (n - k);
  const covariance = inverse.map((row) => row.map((v) => v * variance));
  return {
    parameters: b,
    errors: covariance.map((row, j) => Math.sqrt(row[j] as number)),
    covariance,
    sd: Math.sqrt(variance),
    squares,
    rounds,
    fitted: points.map((p) => p.value),
  };
}
