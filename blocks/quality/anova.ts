import { fUpper } from '#blocks/mathematics/distributions.ts';

/** One line of an analysis of variance. */
export interface Variation {
  readonly df: number;
  readonly squares: number;
  readonly mean: number;
}
export const variation = (squares: number, df: number): Variation => ({ df, squares, mean: df > 0 ? squares / df : Number.NaN });

/** Mean with the digits that the data allow: sums the distances from a first guess, so that large common parts cancel before rounding. */
export function meanOf(values: ArrayLike<number>): number {
  let guess = values[0] as number;
  for (let pass = 0; pass < 2; pass++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (values[i] as number) - guess;
    guess += sum / values.length;
  }
  return guess;
}
/** Sum of squared distances from the mean, corrected for what rounding left of their sum. */
export function squaresOf(values: ArrayLike<number>, mean = meanOf(values)): number {
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < values.length; i++) {
    const d = (values[i] as number) - mean;
    squares += d * d;
    rest += d;
  }
  return squares - (rest * rest) / values.length;
}

export interface OneWay {
  readonly between: Variation;
  readonly within: Variation;
  readonly f: number;
  readonly p: number;
}
/** A large common part is taken off first, which is exact: means near 10¹² would have no digits left for their differences. */
const shifted = (values: readonly number[], by: number): number[] => values.map((v) => v - by);

/** One-way analysis of variance of groups that may differ in size. */
export function oneWay(data: readonly (readonly number[])[]): OneWay {
  const groups = data.map((group) => shifted(group, data[0]?.[0] ?? 0));
  const grand = meanOf(groups.flat());
  let between = 0;
  let within = 0;
  let n = 0;
  for (const group of groups) {
    const mean = meanOf(group);
    between += group.length * (mean - grand) ** 2;
    within += squaresOf(group, mean);
    n += group.length;
  }
  const b = variation(between, groups.length - 1);
  const w = variation(within, n - groups.length);
  const f = b.mean / w.mean;
  return { between: b, within: w, f, p: fUpper(f, b.df, w.df) };
}

export interface TwoWay {
  readonly a: Variation;
  readonly b: Variation;
  readonly interaction: Variation;
  readonly error: Variation;
  readonly total: Variation;
}
/** Two-way crossed analysis of variance with repeats; `data[i][j]` are the values of level i of the first and j of the second factor, all of one length. */
export function twoWay(data: readonly (readonly (readonly number[])[])[]): TwoWay {
  const cells = data.map((row) => row.map((cell) => shifted(cell, data[0]?.[0]?.[0] ?? 0)));
  const na = cells.length;
  const nb = cells[0]?.length ?? 0;
  const r = cells[0]?.[0]?.length ?? 0;
  const all = cells.flat(2);
  const grand = meanOf(all);
  const meanA = cells.map((row) => meanOf(row.flat()));
  const meanB = Array.from({ length: nb }, (_, j) => meanOf(cells.flatMap((row) => row[j] ?? [])));
  let error = 0;
  let interaction = 0;
  cells.forEach((row, i) => {
    row.forEach((cell, j) => {
      const mean = meanOf(cell);
      error += squaresOf(cell, mean);
      interaction += r * (mean - (meanA[i] as number) - (meanB[j] as number) + grand) ** 2;
    });
  });
  const squares = (means: readonly number[], each: number) => means.reduce((s, m) => s + each * (m - grand) ** 2, 0);
  return {
    a: variation(squares(meanA, nb * r), na - 1),
    b: variation(squares(meanB, na * r), nb - 1),
    interaction: variation(interaction, (na - 1) * (nb - 1)),
    error: variation(error, na * nb * (r - 1)),
    total: variation(squaresOf(all, grand), all.length - 1),
  };
}
