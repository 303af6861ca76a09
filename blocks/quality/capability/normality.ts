import { normalCdf, normalUpper } from '#blocks/mathematics/distributions.ts';

/**
 * Anderson–Darling test of normality with estimated mean and deviation: the statistic A², and its p-value by D'Agostino & Stephens 1986, table 4.9.
 * Needs 8 values or more; NaN below, and where all values are equal.
 */
export function andersonDarling(
  values: ArrayLike<number>,
  mean: number,
  sd: number,
): { readonly statistic: number; readonly p: number } {
  const n = values.length;
  if (n < 8 || !(sd > 0)) return { statistic: Number.NaN, p: Number.NaN };
  const z = Float64Array.from(values, (v) => (v - mean) / sd).sort();
  let sum = 0;
  for (let i = 0; i < n; i++)
    sum += (2 * i + 1) * (Math.log(normalCdf(z[i] as number)) + Math.log(normalUpper(z[n - 1 - i] as number)));
  const statistic = -n - sum / n;
  const a = statistic * (1 + 0.75 / n + 2.25 / (n * n));
  const p =
    a >= 0.6
      ? Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)
      : a > 0.34
        ? Math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
        : a > 0.2
          ? 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
          : 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a);
  return { statistic, p: Math.min(1, Math.max(0, p)) };
}
