import { tQuantile, tTwoSided } from '#blocks/mathematics/distributions.ts';
import { leastSquares } from '#blocks/mathematics/linear.ts';

/** One period: what was used, the outside temperatures within it (none: no degree terms), and the other drivers. */
export interface Period {
  readonly use: number;
  readonly temperatures: readonly number[];
  readonly drivers: readonly number[];
}
export interface Term {
  readonly name: string;
  readonly coefficient: number;
  readonly error: number;
  readonly t: number;
  readonly p: number;
}
export interface Model {
  readonly terms: readonly Term[];
  readonly coefficients: readonly number[];
  /** (XᵀX)⁻¹ and the residual variance: their product is the covariance of the coefficients. */
  readonly inverse: readonly (readonly number[])[];
  readonly variance: number;
  readonly n: number;
  readonly df: number;
  readonly r2: number;
  /** Of the root mean square error (n − p) and of the mean error, against the mean use. */
  readonly cv: number;
  readonly nmbe: number;
  readonly heating: number | null;
  readonly cooling: number | null;
}

/** Which degree terms the model has: at a given balance point, at one that is searched, or none. */
export interface Degrees {
  readonly heating: 'none' | 'given' | 'search';
  readonly cooling: 'none' | 'given' | 'search';
  readonly heatingAt: number;
  readonly coolingAt: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Mean of the degrees below (sign −1) or above (1) a balance point: from hours, so that a mild day with a cold night counts as what it is. */
export function degreesOf(temperatures: readonly number[], balance: number, sign: 1 | -1): number {
  let sum = 0;
  for (const t of temperatures) sum += Math.max(0, sign * (t - balance));
  return sum / temperatures.length;
}
/** The model's row of a period: 1, drivers, heating degrees, cooling degrees. */
export function rowOf(period: Period, heating: number | null, cooling: number | null): number[] {
  return [
    1,
    ...period.drivers,
    ...(heating === null ? [] : [degreesOf(period.temperatures, heating, -1)]),
    ...(cooling === null ? [] : [degreesOf(period.temperatures, cooling, 1)]),
  ];
}

type DegreeColumn = (balance: number, sign: 1 | -1) => readonly number[];

function fitAt(
  periods: readonly Period[],
  names: readonly string[],
  heating: number | null,
  cooling: number | null,
  column: DegreeColumn,
): Model {
  const cold = heating === null ? undefined : column(heating, -1);
  const warm = cooling === null ? undefined : column(cooling, 1);
  const rows = periods.map((p, i) => [
    1,
    ...p.drivers,
    ...(cold ? [cold[i] as number] : []),
    ...(warm ? [warm[i] as number] : []),
  ]);
  const use = periods.map((p) => p.use);
  const fit = leastSquares(rows, use);
  const n = periods.length;
  const df = n - fit.rank;
  const mean = use.reduce((s, v) => s + v, 0) / n;
  const total = use.reduce((s, v) => s + (v - mean) ** 2, 0);
  const variance = fit.residualSquares / df;
  const labels = ['base', ...names, ...(heating === null ? [] : ['heating']), ...(cooling === null ? [] : ['cooling'])];
  const terms = labels.map((name, i): Term => {
    const coefficient = fit.coefficients[i] as number;
    const error = Math.sqrt(variance * ((fit.inverse[i] as number[])[i] as number));
    const t = coefficient / error;
    return { name, coefficient, error, t, p: tTwoSided(t, df) };
  });
  const bias = fit.fitted.reduce((s, f, i) => s + (use[i] as number) - f, 0);
  return {
    terms,
    coefficients: fit.coefficients,
    inverse: fit.inverse,
    variance,
    n,
    df,
    r2: 1 - fit.residualSquares / total,
    cv: (100 * Math.sqrt(variance)) / mean,
    nmbe: (100 * bias) / (df * mean),
    heating,
    cooling,
  };
}

/**
 * Ordinary least squares of the use on its drivers and degree terms. Searched balance points: those of the grid with the smallest residual, heating not above
 * cooling; a searched term that makes the use fall with the cold (or the heat) is left out.
 * @throws RangeError when there are too few periods, or a driver adds nothing
 */
export function fitBaseline(periods: readonly Period[], names: readonly string[], d: Degrees): Model {
  const wanted = 1 + names.length + (d.heating === 'none' ? 0 : 1) + (d.cooling === 'none' ? 0 : 1);
  if (periods.length < wanted + 2)
    throw new RangeError(`the baseline has ${periods.length} periods: a model of ${wanted} terms needs ${wanted + 2} at least`);
  const grid: number[] = [];
  for (let i = 0; d.from + i * d.step <= d.to + 1e-9; i++) grid.push(d.from + i * d.step);
  const points = (kind: Degrees['heating'], at: number): (number | null)[] =>
    kind === 'none' ? [null] : kind === 'given' ? [at] : [null, ...grid];
  const columns = new Map<number, readonly number[]>();
  // a grid of 100 points is met 10 000 times: the degrees of each point are counted once
  const column: DegreeColumn = (balance, sign) => {
    const key = sign * (balance + 1000);
    const known = columns.get(key) ?? periods.map((p) => degreesOf(p.temperatures, balance, sign));
    columns.set(key, known);
    return known;
  };
  let best: Model | undefined;
  for (const heating of points(d.heating, d.heatingAt))
    for (const cooling of points(d.cooling, d.coolingAt)) {
      if (heating !== null && cooling !== null && heating > cooling) continue;
      const model = fitAt(periods, names, heating, cooling, column);
      const bad = model.terms.find((term) => Number.isNaN(term.coefficient));
      const wrong = model.terms.some((term) => (term.name === 'heating' || term.name === 'cooling') && !(term.coefficient > 0));
      const searched = d.heating === 'search' || d.cooling === 'search';
      if (searched && (bad || wrong)) continue;
      if (bad) throw new RangeError(`term '${bad.name}' does not vary in the baseline, or follows from the others: leave it out`);
      if (!best || better(model, best)) best = model;
    }
  if (!best) throw new RangeError('no model with these terms fits the baseline');
  return best;
}
/** By adjusted R², so that a term that explains nothing is left out. */
const better = (a: Model, b: Model): boolean => (1 - a.r2) / a.df < (1 - b.r2) / b.df;

export const expectedOf = (m: Model, row: readonly number[]): number =>
  row.reduce((s, v, i) => s + v * (m.coefficients[i] as number), 0);

/** Half width of the interval of a sum of `n` predictions whose rows sum to `sums`: residuals of new periods and the model's own uncertainty. */
export function halfWidth(m: Model, sums: readonly number[], n: number, confidence: number): number {
  let own = 0;
  sums.forEach((a, i) => {
    sums.forEach((b, j) => {
      own += a * b * ((m.inverse[i] as number[])[j] as number);
    });
  });
  return tQuantile((1 + confidence) / 2, m.df) * Math.sqrt(m.variance * (n + own));
}
