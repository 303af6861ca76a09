import { normalCdf, normalQuantile, normalUpper } from '#blocks/mathematics/distributions.ts';
import { leastSquares } from '#blocks/mathematics/linear.ts';

export interface Remaining {
  readonly mean: number;
  readonly sd: number;
  /** Life that is left with this chance of less, for the two chances asked for. */
  readonly early: number;
  readonly late: number;
  /** Per unit of age: drift of the walk, or growth rate. */
  readonly rate: number;
  /** Spread of the walk per root of age, or of ln(value). */
  readonly spread: number;
}

/** Drift and spread of a Wiener process from its increments (maximum likelihood, uneven steps allowed). */
export function learnWiener(
  age: ArrayLike<number>,
  value: ArrayLike<number>,
): { readonly drift: number; readonly sigma: number } {
  const n = age.length;
  const total = (age[n - 1] as number) - (age[0] as number);
  const drift = ((value[n - 1] as number) - (value[0] as number)) / total;
  let sum = 0;
  for (let i = 1; i < n; i++) {
    const dt = (age[i] as number) - (age[i - 1] as number);
    sum += ((value[i] as number) - (value[i - 1] as number) - drift * dt) ** 2 / dt;
  }
  return { drift, sigma: Math.sqrt(sum / (n - 1)) };
}

/** Time until a walk first passes a limit `distance` away: inverse Gaussian with mean d/μ and variance dσ²/μ³ (Chhikara & Folks 1989). */
export function wienerRemaining(distance: number, drift: number, sigma: number, early: number, late: number): Remaining {
  if (distance <= 0) return { mean: 0, sd: 0, early: 0, late: 0, rate: drift, spread: sigma };
  if (!(drift > 0)) throw new RangeError('the index does not move towards the limit: no remaining life can be told');
  const mean = distance / drift;
  const sd = Math.sqrt((distance * sigma * sigma) / drift ** 3);
  const passed = (t: number): number => {
    const root = sigma * Math.sqrt(t);
    const back = normalUpper((drift * t + distance) / root);
    const turned = back > 0 ? Math.exp((2 * drift * distance) / (sigma * sigma) + Math.log(back)) : 0;
    return normalCdf((drift * t - distance) / root) + turned;
  };
  const at = (chance: number): number => {
    if (sigma === 0) return mean;
    let [low, high] = [mean * 1e-9, mean + 10 * sd];
    while (passed(high) < chance) high *= 2;
    for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
      const middle = (low + high) / 2;
      if (passed(middle) < chance) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { mean, sd, early: at(early), late: at(late), rate: drift, spread: sigma };
}

/**
 * ln(value) = a + b·age by least squares; the limit is reached at (ln limit − a)/b. The quantiles move the line by its residual spread and by the
 * uncertainty of the line itself at that age.
 */
export function exponentialRemaining(
  age: ArrayLike<number>,
  value: ArrayLike<number>,
  limit: number,
  early: number,
  late: number,
): Remaining {
  const n = age.length;
  const logs = Array.from(value, Math.log);
  if (logs.some((v) => !Number.isFinite(v))) throw new RangeError('an exponential trend needs values above 0');
  const rows = Array.from(age, (t) => [1, t]);
  const { coefficients, residualSquares, inverse, rank } = leastSquares(rows, logs);
  const [a, b] = coefficients as [number, number];
  if (rank < 2 || !(b > 0)) throw new RangeError('the index does not grow towards the limit: no remaining life can be told');
  const variance = n > 2 ? residualSquares / (n - 2) : 0;
  const now = age[n - 1] as number;
  const reach = (Math.log(limit) - a) / b;
  const [i00, i01, i11] = [inverse[0]?.[0], inverse[0]?.[1], inverse[1]?.[1]] as [number, number, number];
  const sd = Math.sqrt(variance * (1 + i00 + 2 * reach * i01 + reach * reach * i11)) / b;
  const left = (t: number) => Math.max(0, t - now);
  return {
    mean: left(reach),
    sd,
    early: left(reach + normalQuantile(early) * sd),
    late: left(reach + normalQuantile(late) * sd),
    rate: b,
    spread: Math.sqrt(variance),
  };
}
