import { priorities } from './hierarchy.ts';

export interface Scored {
  readonly score: number;
  /** ln of the odds; NaN where the method has none. */
  readonly logOdds: number;
  /** Points that each column gives against its reference. */
  readonly points: readonly number[];
}

/** Points that double the odds: score = base + pdo/ln 2 · (log-odds − ln odds). */
export function scorePoints(
  values: readonly number[],
  weights: readonly number[],
  o: {
    readonly intercept: number;
    readonly pdo: number;
    readonly base: number;
    readonly odds: number;
    readonly reference: readonly number[];
  },
): Scored {
  const factor = o.pdo / Math.LN2;
  const logOdds = values.reduce((s, v, i) => s + v * (weights[i] as number), o.intercept);
  return {
    score: o.base + factor * (logOdds - Math.log(o.odds)),
    logOdds,
    points: values.map((v, i) => factor * (weights[i] as number) * (v - (o.reference[i] ?? 0))),
  };
}

/** Probability in percent. */
export function scoreLogistic(
  values: readonly number[],
  weights: readonly number[],
  intercept: number,
  reference: readonly number[],
): Scored {
  const logOdds = values.reduce((s, v, i) => s + v * (weights[i] as number), intercept);
  return {
    score: 100 / (1 + Math.exp(-logOdds)),
    logOdds,
    points: values.map((v, i) => (weights[i] as number) * (v - (reference[i] ?? 0))),
  };
}

/** Values between 0 and 1, weighted by Saaty's hierarchy; 0–100. */
export function scoreHierarchy(
  values: readonly number[],
  matrix: readonly (readonly number[])[],
  reference: readonly number[],
): Scored {
  const { weights } = priorities(matrix);
  return {
    score: 100 * values.reduce((s, v, i) => s + v * (weights[i] as number), 0),
    logOdds: Number.NaN,
    points: values.map((v, i) => 100 * (weights[i] as number) * (v - (reference[i] ?? 0))),
  };
}
