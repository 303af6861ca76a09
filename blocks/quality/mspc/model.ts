import { fQuantile, normalQuantile } from '#blocks/mathematics/distributions.ts';
import { symmetricEigen } from '#blocks/mathematics/linear.ts';

/** Sums of the training rows: their number, means, and products of the distances from the means. Grows with the columns, not with the rows. */
export interface Training {
  n: number;
  mean: number[];
  products: number[][];
}
export interface Model {
  readonly n: number;
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** One a component, over the columns. */
  readonly loadings: readonly (readonly number[])[];
  readonly variances: readonly number[];
  readonly t2Limit: number;
  readonly speLimit: number;
  /** Share of the variance that the components explain. */
  readonly explained: number;
}

/** Takes one row into the sums (Welford). */
export function learn(t: Training, x: readonly number[]): void {
  if (t.mean.length !== x.length) {
    t.n = 0;
    t.mean = x.map(() => 0);
    t.products = x.map(() => x.map(() => 0));
  }
  t.n++;
  const before = x.map((v, i) => v - (t.mean[i] as number));
  x.forEach((_, i) => {
    t.mean[i] = (t.mean[i] as number) + (before[i] as number) / t.n;
  });
  t.products.forEach((row, i) => {
    for (let j = 0; j < row.length; j++)
      row[j] = (row[j] as number) + (before[i] as number) * ((x[j] as number) - (t.mean[j] as number));
  });
}

/** T² limit of new rows (phase II): A(n² − 1)/(n(n − A))·F(1 − α; A, n − A). */
export const t2Limit = (n: number, components: number, alpha: number): number =>
  ((components * (n * n - 1)) / (n * (n - components))) * fQuantile(1 - alpha, components, n - components);

/** Limit of the squared residual by Jackson & Mudholkar 1979 from the eigenvalues that are left out; 0 when nothing is left. */
export function speLimit(rest: readonly number[], alpha: number): number {
  const theta = (power: number) => rest.reduce((s, v) => s + Math.max(0, v) ** power, 0);
  const [t1, t2, t3] = [theta(1), theta(2), theta(3)];
  if (!(t2 > 0)) return 0;
  const h = 1 - (2 * t1 * t3) / (3 * t2 * t2);
  const c = normalQuantile(1 - alpha);
  return t1 * ((c * Math.sqrt(2 * t2 * h * h)) / t1 + 1 + (t2 * h * (h - 1)) / (t1 * t1)) ** (1 / h);
}

/** Principal components of the correlation matrix. @throws RangeError when a column does not vary */
export function modelOf(t: Training, names: readonly string[], components: number, alpha: number): Model {
  const sd = t.products.map((row, i) => Math.sqrt((row[i] as number) / (t.n - 1)));
  const still = sd.findIndex((s) => !(s > 0));
  if (still >= 0)
    throw new RangeError(`column '${names[still]}' has not varied in ${t.n} training rows: leave it out or train longer`);
  const correlation = t.products.map((row, i) => row.map((v, j) => v / ((t.n - 1) * (sd[i] as number) * (sd[j] as number))));
  const { values, vectors } = symmetricEigen(correlation);
  return {
    n: t.n,
    mean: t.mean,
    sd,
    loadings: vectors.slice(0, components),
    variances: values.slice(0, components),
    t2Limit: t2Limit(t.n, components, alpha),
    speLimit: speLimit(values.slice(components), alpha),
    explained: values.slice(0, components).reduce((s, v) => s + v, 0) / values.length,
  };
}

export interface Judged {
  readonly t2: number;
  readonly spe: number;
  /** Parts of each column: those of T² sum to T², those of SPE to SPE. */
  readonly t2Parts: readonly number[];
  readonly speParts: readonly number[];
}
export function judge(m: Model, x: readonly number[]): Judged {
  const z = x.map((v, i) => (v - (m.mean[i] as number)) / (m.sd[i] as number));
  const t2Parts = z.map(() => 0);
  const fitted = z.map(() => 0);
  let t2 = 0;
  m.loadings.forEach((p, a) => {
    let score = 0;
    for (let i = 0; i < z.length; i++) score += (p[i] as number) * (z[i] as number);
    const weight = score / (m.variances[a] as number);
    t2 += score * weight;
    for (let i = 0; i < z.length; i++) {
      t2Parts[i] = (t2Parts[i] as number) + weight * (p[i] as number) * (z[i] as number);
      fitted[i] = (fitted[i] as number) + score * (p[i] as number);
    }
  });
  const speParts = z.map((v, i) => (v - (fitted[i] as number)) ** 2);
  return { t2, spe: speParts.reduce((s, v) => s + v, 0), t2Parts, speParts };
}

/** The listed columns of a row, in their order. */
export const numbersOf = (row: object, names: readonly string[]): number[] =>
  names.map((name) => (row as Readonly<Record<string, number>>)[name] as number);
export const largest = (parts: readonly number[]): number =>
  parts.reduce((best, v, i) => (v > (parts[best] as number) ? i : best), 0);
