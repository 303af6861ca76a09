import { betaTails, gammaTails } from './special.ts';

/** Probabilities and quantiles. `…Upper` is the upper tail, which keeps its digits where 1 − P would lose them. Degrees of freedom may be any number > 0. */

export const normalUpper = (z: number): number => {
  const [lower, upper] = gammaTails(0.5, (z * z) / 2);
  return z > 0 ? upper / 2 : 0.5 + lower / 2;
};
export const normalCdf = (z: number): number => normalUpper(-z);
export const normalPdf = (z: number): number => Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Acklam's rational start, then Halley's step on the exact probability. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  const q = Math.sqrt(-2 * Math.log(p));
  let z = -(q - (2.515517 + q * (0.802853 + q * 0.010328)) / (1 + q * (1.432788 + q * (0.189269 + q * 0.001308))));
  for (let i = 0; i < 3; i++) {
    const e = (normalCdf(z) - p) / normalPdf(z);
    z -= e / (1 + (z * e) / 2);
  }
  return z;
}

export const chiSquareCdf = (x: number, df: number): number => gammaTails(df / 2, x / 2)[0];
export const chiSquareUpper = (x: number, df: number): number => gammaTails(df / 2, x / 2)[1];
export const chiSquareQuantile = (p: number, df: number): number => solve(p, (x) => gammaTails(df / 2, x / 2), df);

export function tUpper(t: number, df: number): number {
  const [, upper] = betaTails(0.5, df / 2, 1 / (1 + df / (t * t)), df / (df + t * t));
  return t > 0 ? upper / 2 : 1 - upper / 2;
}
export const tCdf = (t: number, df: number): number => tUpper(-t, df);
/** Two-sided probability of a value at least as far from 0. */
export const tTwoSided = (t: number, df: number): number => betaTails(0.5, df / 2, 1 / (1 + df / (t * t)), df / (df + t * t))[1];
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  if (!(tail > 0)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  const t = solve(
    1 - tail,
    (x) => {
      const upper = tUpper(x, df);
      return [1 - upper, upper];
    },
    1,
    tail,
  );
  return p < 0.5 ? -t : t;
}

const fTails = (f: number, d1: number, d2: number) => betaTails(d1 / 2, d2 / 2, (d1 * f) / (d1 * f + d2), d2 / (d1 * f + d2));
export const fCdf = (f: number, d1: number, d2: number): number => fTails(f, d1, d2)[0];
export const fUpper = (f: number, d1: number, d2: number): number => fTails(f, d1, d2)[1];
export const fQuantile = (p: number, d1: number, d2: number): number => solve(p, (f) => fTails(f, d1, d2), 1);

/** The x > 0 whose lower probability is `p`: bracketed, then halved by the smaller tail until the bracket is one ulp wide. */
function solve(p: number, tails: (x: number) => readonly [number, number], start: number, upperTail = 1 - p): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return 0;
  if (p === 1 && upperTail === 0) return Number.POSITIVE_INFINITY;
  const above = (x: number): boolean => {
    const [lower, upper] = tails(x);
    return p <= 0.5 ? lower > p : upper < upperTail;
  };
  let low = start;
  let high = start;
  while (!above(high) && high < 1e300) high *= 2;
  while (above(low) && low > 1e-300) low /= 2;
  for (let i = 0; i < 200; i++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (above(middle)) high = middle;
    else low = middle;
  }
  return low + (high - low) / 2;
}
