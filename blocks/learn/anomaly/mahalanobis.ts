import { fQuantile } from '#blocks/mathematics/distributions.ts';
import { symmetricEigen } from '#blocks/mathematics/linear.ts';

export interface Ellipsoid {
  readonly mean: readonly number[];
  /** Inverse square roots of the spreads along the axes; 0 for an axis without spread. */
  readonly whiten: readonly (readonly number[])[];
  readonly limit: number;
}

/** Axes whose variance is below this share of the greatest, of standardised columns, are combinations of others. */
const DEPENDENT = 1e-9;

/**
 * Centre and spread of the training rows. Limit of T² for a new row (Montgomery; Tracy, Young & Mason 1992):
 * p(n² − 1)/(n(n − p))·F₁₋α(p, n − p).
 */
export function learnEllipsoid(rows: readonly (readonly number[])[], alpha: number): Ellipsoid {
  const n = rows.length;
  const p = rows[0]?.length ?? 0;
  const mean = Array.from({ length: p }, (_, j) => rows.reduce((s, r) => s + (r[j] as number), 0) / n);
  const sd = mean.map((m, j) => Math.sqrt(rows.reduce((s, r) => s + ((r[j] as number) - m) ** 2, 0) / (n - 1)));
  const scaled = rows.map((r) => r.map((v, j) => ((sd[j] as number) > 0 ? (v - (mean[j] as number)) / (sd[j] as number) : 0)));
  const correlation = mean.map((_, i) =>
    mean.map((_, j) => scaled.reduce((s, r) => s + (r[i] as number) * (r[j] as number), 0) / (n - 1)),
  );
  const { values, vectors } = symmetricEigen(correlation);
  const kept = values.map((v, k) => ({ v, k })).filter(({ v }) => v > DEPENDENT * (values[0] as number));
  const whiten = kept.map(({ v, k }) =>
    (vectors[k] as readonly number[]).map((c, j) => ((sd[j] as number) > 0 ? c / (sd[j] as number) / Math.sqrt(v) : 0)),
  );
  const q = whiten.length;
  if (q === 0) throw new RangeError('no column varies in the training rows: there is nothing to learn');
  if (n <= q) throw new RangeError(`${n} training rows for ${q} columns: at least ${q + 1} are needed`);
  return { mean, whiten, limit: ((q * (n * n - 1)) / (n * (n - q))) * fQuantile(1 - alpha, q, n - q) };
}

/** Squared Mahalanobis distance (Hotelling's T²). */
export function distance(e: Ellipsoid, row: readonly number[]): number {
  let sum = 0;
  for (const axis of e.whiten) {
    let along = 0;
    for (let j = 0; j < axis.length; j++) along += (axis[j] as number) * ((row[j] as number) - (e.mean[j] as number));
    sum += along * along;
  }
  return sum;
}
