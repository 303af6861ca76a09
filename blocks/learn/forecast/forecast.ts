import { normalQuantile } from '#blocks/mathematics/distributions.ts';
import { minimise } from '../minimise.ts';
import { croston, patternOf, rateOf } from './intermittent.ts';
import { deviations, means, type Run, run, type Season, type Smoothing, type Start, seasonalStart } from './smoothing.ts';

export const METHODS = [
  'auto',
  'level',
  'trend',
  'damped',
  'winters-additive',
  'winters-multiplicative',
  'seasonal-naive',
  'croston',
  'sba',
] as const;
export type Method = (typeof METHODS)[number];
type Fitted = 'level' | 'trend' | 'damped' | 'winters-additive' | 'winters-multiplicative';

export interface Options {
  readonly method: Method;
  readonly season: number;
  readonly horizon: number;
  /** Share of the values that the interval should hold, percent. */
  readonly level: number;
  /** Smoothing weights; those left open are chosen so that the one-step errors have the least sum of squares. */
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
  readonly gamma?: number | undefined;
}
export interface Forecast {
  readonly method: Exclude<Method, 'auto'>;
  readonly mean: number[];
  /** NaN where the method has no interval (intermittent demand). */
  readonly lower: number[];
  readonly upper: number[];
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
  /** Level at the start, as chosen. */
  readonly start: number;
  /** Standard deviation of the one-step errors, with the chosen weights counted off. */
  readonly sd: number;
}

/** Forecast of an evenly spaced series. @throws RangeError that says what the method needs. */
export function forecast(y: ArrayLike<number>, o: Options): Forecast {
  for (let i = 0; i < y.length; i++)
    if (!Number.isFinite(y[i])) throw new RangeError(`step ${i + 1} has no number: fill the gaps before forecasting`);
  const method = o.method === 'auto' ? choose(y, o) : o.method;
  if (method === 'croston' || method === 'sba') return intermittent(y, o, method);
  if (method === 'seasonal-naive') return naive(y, o);
  return smoothed(y, o, method, fitSmoothing(y, o, method));
}

const z = (level: number) => normalQuantile(0.5 + level / 200);

function intermittent(y: ArrayLike<number>, o: Options, method: 'croston' | 'sba'): Forecast {
  const alpha = o.alpha ?? 0.1;
  const rate = rateOf(croston(y, alpha), alpha, method === 'sba');
  const none = new Array<number>(o.horizon).fill(Number.NaN);
  return {
    method,
    mean: none.map(() => rate),
    lower: none,
    upper: none,
    alpha,
    beta: Number.NaN,
    gamma: Number.NaN,
    phi: Number.NaN,
    start: Number.NaN,
    sd: Number.NaN,
  };
}

/** The value of one season ago; its error grows with the whole seasons ahead (Hyndman & Athanasopoulos, 5.5). */
function naive(y: ArrayLike<number>, o: Options): Forecast {
  const [n, m] = [y.length, o.season];
  if (n <= m) throw new RangeError(`${n} values for a season of ${m}: at least ${m + 1} are needed`);
  let squares = 0;
  for (let i = m; i < n; i++) squares += ((y[i] as number) - (y[i - m] as number)) ** 2;
  const sd = Math.sqrt(squares / (n - m));
  const mean = Array.from({ length: o.horizon }, (_, h) => y[n - m + (h % m)] as number);
  const half = (h: number) => z(o.level) * sd * Math.sqrt(Math.floor(h / m) + 1);
  return {
    method: 'seasonal-naive',
    mean,
    lower: mean.map((v, h) => v - half(h)),
    upper: mean.map((v, h) => v + half(h)),
    alpha: Number.NaN,
    beta: Number.NaN,
    gamma: Number.NaN,
    phi: Number.NaN,
    start: Number.NaN,
    sd,
  };
}

interface FitResult {
  readonly model: Smoothing;
  readonly start: Start;
  readonly state: Run;
  /** Numbers chosen by the data. */
  readonly chosen: number;
}
const seasonOf = (method: Fitted): Season =>
  method === 'winters-additive' ? 'additive' : method === 'winters-multiplicative' ? 'multiplicative' : 'none';

function fitSmoothing(y: ArrayLike<number>, o: Options, method: Fitted): FitResult {
  const n = y.length;
  const season = seasonOf(method);
  const trend = method !== 'level';
  const needed = season === 'none' ? 4 : 2 * o.season + 1;
  if (season !== 'none' && o.season < 2) throw new RangeError('a seasonal method needs a season of at least 2 steps');
  if (n < needed) throw new RangeError(`${n} values: '${method}' needs at least ${needed}`);
  if (season === 'multiplicative' && Array.from(y).some((v) => v <= 0))
    throw new RangeError('multiplicative seasons need values above 0: take the additive form');
  const fixed = season === 'none' ? undefined : seasonalStart(y, o.season, season);
  // the scale of a step, so that the search is as fine for kilowatts as for bar
  const spread = Math.sqrt(Array.from(y).reduce((s, v, i) => s + (i > 0 ? (v - (y[i - 1] as number)) ** 2 : 0), 0) / n) || 1;
  const names = ['alpha', 'beta', 'gamma', 'phi', 'level', 'slope'] as const;
  type Name = (typeof names)[number];
  const given: Partial<Record<Name, number>> = {
    ...(o.alpha === undefined ? {} : { alpha: o.alpha }),
    ...(o.beta === undefined ? {} : { beta: o.beta }),
    ...(o.gamma === undefined ? {} : { gamma: o.gamma }),
    ...(trend ? {} : { beta: 0, slope: 0 }),
    ...(season === 'none' ? { gamma: 0 } : {}),
    ...(method === 'damped' ? {} : { phi: 1 }),
    ...(fixed ? { level: fixed.level, slope: fixed.slope } : {}),
  };
  const open = names.filter((name) => given[name] === undefined);
  const build = (x: readonly number[]): { model: Smoothing; start: Start } => {
    const v = (name: Name) => given[name] ?? (x[open.indexOf(name)] as number);
    return {
      model: {
        season,
        period: Math.max(1, o.season),
        alpha: v('alpha'),
        beta: v('beta'),
        gamma: v('gamma'),
        phi: v('phi'),
        trend,
      },
      start: fixed ?? { level: v('level'), slope: v('slope'), seasons: [], from: 0 },
    };
  };
  const inside = (m: Smoothing) =>
    [m.alpha, m.beta, m.gamma].every((w) => w >= 0 && w <= 1) &&
    m.phi <= 1 &&
    (method !== 'damped' || (m.phi >= 0.8 && m.phi <= 0.98));
  const cost = (x: readonly number[]): number => {
    const { model, start } = build(x);
    if (!inside(model)) return Number.POSITIVE_INFINITY;
    const { squares } = run(y, model, start);
    return Number.isFinite(squares) ? squares : Number.POSITIVE_INFINITY;
  };
  if (open.length === 0) {
    const made = build([]);
    return { ...made, state: run(y, made.model, made.start), chosen: 0 };
  }
  const first: Record<Name, number> = {
    alpha: 0.5,
    beta: 0.1,
    gamma: 0.1,
    phi: 0.9,
    level: y[0] as number,
    slope: ((y[Math.min(n - 1, 4)] as number) - (y[0] as number)) / Math.min(n - 1, 4),
  };
  const steps: Record<Name, number> = { alpha: 0.3, beta: 0.2, gamma: 0.2, phi: 0.05, level: spread, slope: spread / 4 };
  // from three places: the sum of squares has more than one valley
  const found = [0.2, 0.5, 0.8]
    .map((alpha) =>
      minimise(
        cost,
        open.map((name) => (name === 'alpha' ? alpha : first[name])),
        open.map((name) => (name === 'alpha' && alpha > 0.5 ? -steps[name] : steps[name])),
      ),
    )
    .reduce((a, b) => (b.value < a.value ? b : a));
  const made = build(found.x);
  return { ...made, state: run(y, made.model, made.start), chosen: open.length };
}

function smoothed(y: ArrayLike<number>, o: Options, method: Fitted, { model, start, state, chosen }: FitResult): Forecast {
  const sd = Math.sqrt(state.squares / Math.max(1, state.errors.length - chosen));
  const mean = means(state, model, y.length, o.horizon);
  const half = deviations(state, model, y.length, o.horizon, sd).map((v) => v * z(o.level));
  return {
    method,
    mean,
    lower: mean.map((v, h) => v - (half[h] as number)),
    upper: mean.map((v, h) => v + (half[h] as number)),
    alpha: model.alpha,
    beta: model.trend ? model.beta : Number.NaN,
    gamma: model.season === 'none' ? Number.NaN : model.gamma,
    phi: method === 'damped' ? model.phi : Number.NaN,
    start: start.level,
    sd,
  };
}

/** Steps without demand and demands far apart: Croston with its correction. Else the smoothing with the least corrected Akaike criterion. */
function choose(y: ArrayLike<number>, o: Options): Exclude<Method, 'auto'> {
  const { adi } = patternOf(y);
  if (adi >= 1.32 && Array.from(y).every((v) => v >= 0)) return 'sba';
  const seasonal = o.season >= 2 && y.length >= 2 * o.season + 1;
  const positive = Array.from(y).every((v) => v > 0);
  const candidates: Fitted[] = [
    'level',
    'trend',
    'damped',
    ...(seasonal ? (['winters-additive', ...(positive ? (['winters-multiplicative'] as const) : [])] as const) : []),
  ];
  const common = seasonal ? y.length - o.season : y.length;
  const criterion = (method: Fitted): number => {
    const { state, chosen } = fitSmoothing(y, o, method);
    const errors = state.errors.slice(-common);
    // the states at the start are chosen by the data too, whether searched for or taken from the first seasons
    const k = chosen + 1 + (seasonOf(method) === 'none' ? 0 : o.season + 2);
    const squares = errors.reduce((s, e) => s + e * e, 0);
    const rest = common - k - 1;
    return rest <= 0 ? Number.POSITIVE_INFINITY : common * Math.log(squares / common) + 2 * k + (2 * k * (k + 1)) / rest;
  };
  return candidates.map((method) => ({ method, value: criterion(method) })).reduce((a, b) => (b.value < a.value ? b : a)).method;
}
