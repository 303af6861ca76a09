import { columnsOf, requireNumbers } from '../table.ts';
import { type Fit, fitLinear, fitLogistic, fitRidge, fitRobust, sigmoid } from './fit.ts';
import { termsOf } from './terms.ts';

export interface Options {
  readonly columns: readonly string[];
  readonly method: 'linear' | 'ridge' | 'logistic' | 'robust';
  readonly intercept: boolean;
  readonly degree: number;
  readonly lambda: number;
}
export interface Regression extends Fit {
  readonly terms: readonly string[];
  /** For every row, also those whose outcome is not known. */
  readonly predicted: readonly number[];
  /** Rows that were learned from. */
  readonly n: number;
}

/** Fits the outcome `y` on the columns; a row without an outcome is not learned from but predicted. */
export function regress(row: object, y: ArrayLike<number>, o: Options): Regression {
  const columns = columnsOf(row, o.columns);
  requireNumbers(columns, o.columns);
  const { names, rows } = termsOf(columns, o.columns, o.degree, o.intercept);
  const known = rows.map((_, i) => i).filter((i) => Number.isFinite(y[i]));
  const xs = known.map((i) => rows[i] as number[]);
  const ys = known.map((i) => y[i] as number);
  const fit =
    o.method === 'linear'
      ? fitLinear(xs, ys, names, o.intercept)
      : o.method === 'ridge'
        ? fitRidge(xs, ys, names, o.intercept, o.lambda)
        : o.method === 'logistic'
          ? fitLogistic(xs, ys, names, o.intercept)
          : fitRobust(xs, ys, names, o.intercept);
  const predicted = rows.map((r) => {
    const value = r.reduce((s, v, j) => s + v * (fit.coefficients[j] as number), 0);
    return o.method === 'logistic' ? sigmoid(value) : value;
  });
  return { ...fit, terms: names, predicted, n: known.length };
}
