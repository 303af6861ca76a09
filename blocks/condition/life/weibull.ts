import { gammaTails, logGamma } from '#blocks/mathematics/special.ts';

export interface Weibull {
  readonly shape: number;
  readonly scale: number;
}
export interface WeibullFit extends Weibull {
  readonly shapeError: number;
  readonly scaleError: number;
  readonly logLikelihood: number;
  readonly failures: number;
}

/**
 * Maximum likelihood of a Weibull life from failures and right-censored lives (IEC 61649; Meeker & Escobar 1998, ch. 8): the shape solves the
 * profile equation by bisection, the scale follows. Errors from the observed information.
 * @throws RangeError when a life is not above 0 or fewer than two failures differ.
 */
export function fitWeibull(life: ArrayLike<number>, failed: ArrayLike<unknown>): WeibullFit {
  const t = Array.from(life);
  const bad = t.findIndex((v) => !(v > 0 && Number.isFinite(v)));
  if (bad >= 0) throw new RangeError(`row ${bad + 1} has a life of ${t[bad]}: lives are numbers above 0`);
  const dead = t.filter((_, i) => Boolean(failed[i]));
  const r = dead.length;
  if (new Set(dead).size < 2) throw new RangeError(`${r} failures: a fit needs at least two different ones`);
  const top = Math.max(...t);
  // in shares of the longest life, so that no power overflows
  const logs = t.map((v) => Math.log(v / top));
  const meanLog = dead.reduce((s, v) => s + Math.log(v / top), 0) / r;
  const slope = (b: number): number => {
    let [sum, weighted] = [0, 0];
    for (const l of logs) {
      const power = Math.exp(b * l);
      sum += power;
      weighted += power * l;
    }
    return weighted / sum - 1 / b - meanLog;
  };
  let low = 1e-3;
  let high = 1;
  while (slope(high) < 0 && high < 1e6) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  const shape = (low + high) / 2;
  const scale = top * (logs.reduce((s, l) => s + Math.exp(shape * l), 0) / r) ** (1 / shape);
  let [z0, z1, z2, logLikelihood] = [0, 0, 0, 0];
  for (let i = 0; i < t.length; i++) {
    const w = Math.log((t[i] as number) / scale);
    const z = Math.exp(shape * w);
    z0 += z;
    z1 += z * w;
    z2 += z * w * w;
    logLikelihood += (failed[i] ? Math.log(shape / (t[i] as number)) + shape * w : 0) - z;
  }
  const [bb, bl, ll] = [r / shape ** 2 + z2, r - z0 - shape * z1, shape ** 2 * z0];
  const determinant = bb * ll - bl * bl;
  return {
    shape,
    scale,
    shapeError: Math.sqrt(ll / determinant),
    scaleError: scale * Math.sqrt(bb / determinant),
    logLikelihood,
    failures: r,
  };
}

/** Life by which `share` (0–1) of the units have failed. */
export const quantile = ({ shape, scale }: Weibull, share: number): number => scale * (-Math.log1p(-share)) ** (1 / shape);
export const meanLife = ({ shape, scale }: Weibull): number => scale * Math.exp(logGamma(1 + 1 / shape));

/** Cost per unit of life when a part is replaced at age `age` (cost `planned`) or when it fails before (cost `failure`); Barlow & Hunter 1960. */
export function replacementCost(w: Weibull, age: number, planned: number, failure: number): number {
  const x = (age / w.scale) ** w.shape;
  const survive = Math.exp(-x);
  const lived = meanLife(w) * gammaTails(1 / w.shape, x)[0];
  return (planned * survive + failure * (1 - survive)) / lived;
}

export interface Policy {
  /** Age of the cheapest replacement; Infinity when waiting for the failure is the cheapest. */
  readonly age: number;
  readonly cost: number;
  readonly runToFailure: number;
}

/** Age replacement pays when parts wear (shape above 1) and a failure costs enough more than a plan. */
export function cheapestAge(w: Weibull, planned: number, failure: number): Policy {
  const runToFailure = failure / meanLife(w);
  const cost = (logAge: number) => replacementCost(w, Math.exp(logAge), planned, failure);
  // the cost falls to one valley and rises after it: golden section on the logarithm of the age
  let low = Math.log(quantile(w, 1e-9));
  let high = Math.log(quantile(w, 1 - 1e-12));
  const golden = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [high - golden * (high - low), low + golden * (high - low)];
  let [fa, fb] = [cost(a), cost(b)];
  while (high - low > 1e-9) {
    if (fa <= fb) {
      [high, b, fb] = [b, a, fa];
      a = high - golden * (high - low);
      fa = cost(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + golden * (high - low);
      fb = cost(b);
    }
  }
  const age = (low + high) / 2;
  const best = cost(age);
  return w.shape > 1 && best < runToFailure * (1 - 1e-6)
    ? { age: Math.exp(age), cost: best, runToFailure }
    : { age: Number.POSITIVE_INFINITY, cost: runToFailure, runToFailure };
}
