import { mulberry32, normal } from '#blocks/sdk/random.ts';

/** Exponential smoothing: level, trend and season. Without a trend `beta` is 0, undamped `phi` is 1. */
export type Season = 'none' | 'additive' | 'multiplicative';
export interface Smoothing {
  readonly season: Season;
  readonly period: number;
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
  readonly trend: boolean;
}
export interface Start {
  readonly level: number;
  readonly slope: number;
  /** One per season of the first period; empty without a season. */
  readonly seasons: readonly number[];
  /** Index of the first value that is forecast from the start. */
  readonly from: number;
}
export interface Run {
  readonly level: number;
  readonly slope: number;
  readonly seasons: readonly number[];
  /** One-step errors from `from` on. */
  readonly errors: readonly number[];
  readonly squares: number;
}

/** Start from the first two periods: mean of the first, a period's share of the difference of the means, values against the first mean. */
export function seasonalStart(y: ArrayLike<number>, period: number, season: Season): Start {
  const mean = (from: number) => {
    let sum = 0;
    for (let i = 0; i < period; i++) sum += y[from + i] as number;
    return sum / period;
  };
  const level = mean(0);
  const against = (v: number) => (season === 'multiplicative' ? v / level : v - level);
  return {
    level,
    slope: (mean(period) - level) / period,
    seasons: Array.from({ length: period }, (_, i) => against(y[i] as number)),
    from: period,
  };
}

/** Holt–Winters in its classical form (Winters 1960): the season is renewed with the new level. */
export function run(y: ArrayLike<number>, m: Smoothing, start: Start): Run {
  let { level, slope } = start;
  const seasons = [...start.seasons];
  const errors: number[] = [];
  let squares = 0;
  for (let i = start.from; i < y.length; i++) {
    const value = y[i] as number;
    const at = i % m.period;
    const s = m.season === 'none' ? 0 : (seasons[at] as number);
    const carried = m.trend ? level + m.phi * slope : level;
    const error = value - (m.season === 'multiplicative' ? carried * s : carried + s);
    errors.push(error);
    squares += error * error;
    const before = level;
    level = m.alpha * (m.season === 'multiplicative' ? value / s : value - s) + (1 - m.alpha) * carried;
    if (m.trend) slope = m.beta * (level - before) + (1 - m.beta) * m.phi * slope;
    if (m.season !== 'none')
      seasons[at] = m.gamma * (m.season === 'multiplicative' ? value / level : value - level) + (1 - m.gamma) * s;
  }
  return { level, slope, seasons, errors, squares };
}

/** Means of the next `horizon` values after `n`. */
export function means(state: Run, m: Smoothing, n: number, horizon: number): number[] {
  let damped = 0;
  let power = 1;
  return Array.from({ length: horizon }, (_, h) => {
    power *= m.phi;
    damped += power;
    const carried = m.trend ? state.level + damped * state.slope : state.level;
    const s = m.season === 'none' ? 0 : (state.seasons[(n + h) % m.period] as number);
    return m.season === 'multiplicative' ? carried * s : carried + s;
  });
}

/**
 * Standard deviations of the next values. Additive forms: σ²(1 + Σ cⱼ²) with the weights of the error-correction form (Hyndman et al. 2008,
 * table 6.1). Multiplicative: 2,000 paths that begin with the same seed each time.
 */
export function deviations(state: Run, m: Smoothing, n: number, horizon: number, sigma: number): number[] {
  if (m.season === 'multiplicative') return simulated(state, m, n, horizon, sigma);
  let sum = 0;
  let damped = 0;
  let power = 1;
  return Array.from({ length: horizon }, (_, h) => {
    const sd = sigma * Math.sqrt(1 + sum);
    power *= m.phi;
    damped += power;
    const trend = m.trend ? m.alpha * m.beta * damped : 0;
    const season = m.season === 'additive' && (h + 1) % m.period === 0 ? m.gamma * (1 - m.alpha) : 0;
    sum += (m.alpha + trend + season) ** 2;
    return sd;
  });
}

function simulated(state: Run, m: Smoothing, n: number, horizon: number, sigma: number): number[] {
  const paths = 2000;
  const u = mulberry32(1);
  const sums = new Float64Array(horizon);
  const squares = new Float64Array(horizon);
  for (let path = 0; path < paths; path++) {
    let { level, slope } = state;
    const seasons = [...state.seasons];
    for (let h = 0; h < horizon; h++) {
      const at = (n + h) % m.period;
      const s = seasons[at] as number;
      const carried = m.trend ? level + m.phi * slope : level;
      const value = carried * s + sigma * normal(u);
      sums[h] = (sums[h] as number) + value;
      squares[h] = (squares[h] as number) + value * value;
      const before = level;
      level = (m.alpha * value) / s + (1 - m.alpha) * carried;
      if (m.trend) slope = m.beta * (level - before) + (1 - m.beta) * m.phi * slope;
      seasons[at] = (m.gamma * value) / level + (1 - m.gamma) * s;
    }
  }
  return Array.from(sums, (sum, h) => Math.sqrt(Math.max(0, (squares[h] as number) / paths - (sum / paths) ** 2)));
}
