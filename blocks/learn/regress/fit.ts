import { fUpper, normalUpper, tTwoSided } from '#blocks/mathematics/distributions.ts';
import { leastSquares } from '#blocks/mathematics/linear.ts';

export interface Fit {
  readonly coefficients: readonly number[];
  /** Standard errors, t or z, and two-sided p; NaN where the method has none. */
  readonly error: readonly number[];
  readonly t: readonly number[];
  readonly p: readonly number[];
  /** R²; of a logistic fit McFadden's pseudo R². */
  readonly r2: number;
  readonly adjusted: number;
  /** Residual standard deviation; of a robust fit its scale; of a logistic one NaN. */
  readonly sd: number;
  readonly f: number;
  readonly fp: number;
  readonly df: number;
}

const dot = (row: readonly number[], b: readonly number[]): number => row.reduce((s, v, j) => s + v * (b[j] as number), 0);
const none = (n: number): number[] => new Array<number>(n).fill(Number.NaN);

function requireRank(rank: number, coefficients: readonly number[], names: readonly string[]): void {
  if (rank === coefficients.length) return;
  const name = names[coefficients.findIndex((c) => Number.isNaN(c))] ?? '';
  throw new RangeError(`'${name}' is a combination of the other columns: leave it out, or use ridge`);
}

function squaresAbout(y: readonly number[], intercept: boolean): number {
  const centre = intercept ? y.reduce((s, v) => s + v, 0) / y.length : 0;
  return y.reduce((s, v) => s + (v - centre) ** 2, 0);
}

/** Ordinary least squares with the usual statistics. */
export function fitLinear(x: readonly number[][], y: readonly number[], names: readonly string[], intercept: boolean): Fit {
  const n = y.length;
  const k = names.length;
  const df = n - k;
  if (df < 1) throw new RangeError(`${n} rows for ${k} coefficients: at least ${k + 1} are needed`);
  const { coefficients, rank, residualSquares, inverse } = leastSquares(x, y);
  requireRank(rank, coefficients, names);
  const variance = residualSquares / df;
  const error = coefficients.map((_, j) => Math.sqrt(variance * (inverse[j]?.[j] as number)));
  const t = coefficients.map((b, j) => b / (error[j] as number));
  const total = squaresAbout(y, intercept);
  const model = k - (intercept ? 1 : 0);
  const f = model > 0 ? (total - residualSquares) / model / variance : Number.NaN;
  return {
    coefficients,
    error,
    t,
    p: t.map((v) => tTwoSided(v, df)),
    r2: 1 - residualSquares / total,
    adjusted: 1 - (residualSquares / df) * ((n - (intercept ? 1 : 0)) / total),
    sd: Math.sqrt(variance),
    f,
    fp: model > 0 ? fUpper(f, model, df) : Number.NaN,
    df,
  };
}

/** Ridge (Hoerl & Kennard 1970): least squares plus λ times the squared coefficients; the constant is not shrunk. */
export function fitRidge(
  x: readonly number[][],
  y: readonly number[],
  names: readonly string[],
  intercept: boolean,
  lambda: number,
): Fit {
  const first = intercept ? 1 : 0;
  const k = names.length - first;
  const mean = (of: (i: number) => number) => (intercept ? y.reduce((s, _, i) => s + of(i), 0) / y.length : 0);
  const xm = Array.from({ length: k }, (_, j) => mean((i) => x[i]?.[j + first] as number));
  const ym = mean((i) => y[i] as number);
  // √λ rows below the data make it a problem of least squares
  const rows = x.map((row) => xm.map((m, j) => (row[j + first] as number) - m));
  for (let j = 0; j < k; j++) rows.push(xm.map((_, i) => (i === j ? Math.sqrt(lambda) : 0)));
  const { coefficients: slopes } = leastSquares(rows, [...y.map((v) => v - ym), ...new Array<number>(k).fill(0)]);
  const coefficients = intercept ? [ym - dot(slopes, xm), ...slopes] : [...slopes];
  const rest = x.reduce((s, row, i) => s + ((y[i] as number) - dot(row, coefficients)) ** 2, 0);
  const df = y.length - names.length;
  return {
    coefficients,
    error: none(names.length),
    t: none(names.length),
    p: none(names.length),
    r2: 1 - rest / squaresAbout(y, intercept),
    adjusted: Number.NaN,
    sd: df > 0 ? Math.sqrt(rest / df) : Number.NaN,
    f: Number.NaN,
    fp: Number.NaN,
    df,
  };
}

export const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** Logistic regression by Newton's method; errors from the information matrix. `y` is 0 or 1. */
export function fitLogistic(x: readonly number[][], y: readonly number[], names: readonly string[], intercept: boolean): Fit {
  const n = y.length;
  const ones = y.reduce((s, v) => s + v, 0);
  if (y.some((v) => v !== 0 && v !== 1)) throw new RangeError('a logistic fit needs an outcome of 0 or 1');
  if (ones === 0 || ones === n) throw new RangeError('a logistic fit needs both outcomes, 0 and 1');
  let b = new Array<number>(names.length).fill(0);
  let last = likelihood(x, y, b);
  const newton = () => {
    const eta = x.map((row) => dot(row, b));
    const w = eta.map((e) => Math.sqrt(Math.max(1e-300, sigmoid(e) * (1 - sigmoid(e)))));
    return leastSquares(
      x.map((row, i) => row.map((v) => v * (w[i] as number))),
      y.map((v, i) => (v - sigmoid(eta[i] as number)) / (w[i] as number)),
    );
  };
  for (let round = 0; ; round++) {
    const { rank, coefficients } = newton();
    requireRank(rank, coefficients, names);
    b = b.map((v, j) => v + (coefficients[j] as number));
    const now = likelihood(x, y, b);
    if (round >= 50 || now > -1e-8 * n)
      throw new RangeError('the columns tell the two outcomes apart without error: the coefficients grow without end');
    const moved = Math.abs(now - last);
    last = now;
    if (moved <= 1e-14 * (1 + Math.abs(now))) break;
  }
  const { inverse } = newton();
  const error = b.map((_, j) => Math.sqrt(inverse[j]?.[j] as number));
  const t = b.map((v, j) => v / (error[j] as number));
  const share = ones / n;
  const empty = intercept ? n * (share * Math.log(share) + (1 - share) * Math.log(1 - share)) : n * Math.log(0.5);
  return {
    coefficients: b,
    error,
    t,
    p: t.map((z) => 2 * normalUpper(Math.abs(z))),
    r2: 1 - last / empty,
    adjusted: Number.NaN,
    sd: Number.NaN,
    f: Number.NaN,
    fp: Number.NaN,
    df: n - names.length,
  };
}
const likelihood = (x: readonly number[][], y: readonly number[], b: readonly number[]): number =>
  x.reduce((s, row, i) => {
    const e = dot(row, b) * (y[i] === 1 ? 1 : -1);
    return s - (e > 0 ? Math.log1p(Math.exp(-e)) : Math.log1p(Math.exp(e)) - e);
  }, 0);

/** Huber's constant: 95 % efficiency for Gaussian errors. */
const HUBER = 1.345;
/** Median absolute deviation of a standard normal. */
const MAD = 0.674489750196082;

/** Huber's M-estimator with the scale by the median absolute residual; errors by Huber 1981, (6.5). */
export function fitRobust(x: readonly number[][], y: readonly number[], names: readonly string[], intercept: boolean): Fit {
  const n = y.length;
  const k = names.length;
  const start = fitLinear(x, y, names, intercept);
  let b: readonly number[] = start.coefficients;
  const residuals = () => x.map((row, i) => (y[i] as number) - dot(row, b));
  const scaleOf = (r: readonly number[]) => {
    const sorted = r.map(Math.abs).sort((a, c) => a - c);
    const half = n >> 1;
    return (n % 2 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2) / MAD;
  };
  let r = residuals();
  let scale = scaleOf(r);
  for (let round = 0; round < 1000 && scale > 0; round++) {
    const w = r.map((v) => Math.sqrt(Math.min(1, (HUBER * scale) / Math.abs(v))));
    const next = leastSquares(
      x.map((row, i) => row.map((v) => v * (w[i] as number))),
      y.map((v, i) => v * (w[i] as number)),
    ).coefficients;
    const moved = next.reduce((m, v, j) => Math.max(m, Math.abs(v - (b[j] as number)) / (1e-12 + Math.abs(v))), 0);
    b = next;
    r = residuals();
    scale = scaleOf(r);
    if (moved < 1e-13) break;
  }
  const psi = r.map((v) => Math.max(-HUBER, Math.min(HUBER, v / scale)));
  const inside = r.map((v) => (Math.abs(v) <= HUBER * scale ? 1 : 0));
  const m = inside.reduce<number>((s, v) => s + v, 0) / n;
  const spread = inside.reduce<number>((s, v) => s + (v - m) ** 2, 0) / n;
  const correction = 1 + (k / n) * (spread / (m * m));
  const variance = ((correction ** 2 * psi.reduce((s, v) => s + v * v, 0)) / (n - k)) * (scale / m) ** 2;
  const { inverse } = leastSquares(x, y);
  const error = b.map((_, j) => Math.sqrt(variance * (inverse[j]?.[j] as number)));
  const t = b.map((v, j) => v / (error[j] as number));
  const rest = r.reduce((s, v) => s + v * v, 0);
  return {
    coefficients: b,
    error,
    t,
    p: t.map((z) => 2 * normalUpper(Math.abs(z))),
    r2: 1 - rest / squaresAbout(y, intercept),
    adjusted: Number.NaN,
    sd: scale,
    f: Number.NaN,
    fp: Number.NaN,
    df: n - k,
  };
}
