import { logGamma } from '#blocks/mathematics/special.ts';

/**
 * Constants of control charts for subgroups of n values from a normal process. d₂ as tabled to three decimals in ASTM E2587 and Montgomery, appendix VI,
 * so that limits are those that every handbook prints; d₃ to five decimals (the tables' three give R limits with only four digits).
 */
const D2 = [
  1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.97, 3.078, 3.173, 3.258, 3.336, 3.407, 3.472, 3.532, 3.588, 3.64, 3.689,
  3.735, 3.778, 3.819, 3.858, 3.895, 3.931,
];
const D3 = [
  0.8525, 0.88837, 0.87981, 0.86408, 0.84804, 0.83321, 0.81983, 0.80783, 0.79705, 0.78731, 0.77848, 0.77042, 0.76302, 0.75621,
  0.74991, 0.74405, 0.73859, 0.73348, 0.72869, 0.72417, 0.71991, 0.71589, 0.71207, 0.70844,
];
export const MOST_FOR_RANGE = 25;

const tabled = (table: readonly number[], n: number): number => {
  const value = table[n - 2];
  if (value === undefined)
    throw new RangeError(`no range constant for subgroups of ${n}: ranges serve 2 to ${MOST_FOR_RANGE} values`);
  return value;
};
/** Mean of the range in standard deviations, n = 2…25. */
export const d2 = (n: number): number => tabled(D2, n);
/** Standard deviation of the range in standard deviations, n = 2…25. */
export const d3 = (n: number): number => tabled(D3, n);
/** Mean of the sample standard deviation in standard deviations, n ≥ 2. */
export const c4 = (n: number): number => Math.sqrt(2 / (n - 1)) * Math.exp(logGamma(n / 2) - logGamma((n - 1) / 2));
