import { type Degrees, expectedOf, fitBaseline, halfWidth, type Model, type Period, rowOf } from './model.ts';

/** What is kept: the baseline's periods until it is fitted, then the model and the sums of the reporting period. */
export interface Saving {
  periods: Period[];
  model: Model | null;
  version: number;
  n: number;
  use: number;
  expected: number;
  rows: number[];
  /** The day that is being summed. */
  open: { day: number; use: number; temperatures: number[]; drivers: number[] } | null;
}
/** Sums rows into days of the site; gives the day before when a row begins the next. `late`: the row belongs to a day that is over. */
export function takeDay(
  s: Saving,
  day: number,
  use: number,
  temperature: number | undefined,
  drivers: readonly number[],
): { readonly day: number; readonly period: Period } | 'late' | undefined {
  const open = s.open;
  if (open && day < open.day) return 'late';
  const temperatures = temperature === undefined ? [] : [temperature];
  if (open && day === open.day) {
    open.use += use;
    open.temperatures.push(...temperatures);
    open.drivers = open.drivers.map((v, i) => v + (drivers[i] as number));
    return undefined;
  }
  s.open = { day, use, temperatures, drivers: [...drivers] };
  return open ? { day: open.day, period: { use: open.use, temperatures: open.temperatures, drivers: open.drivers } } : undefined;
}
export interface Reported {
  readonly expected: number;
  readonly saving: number;
  /** Sums since the reporting period began. */
  readonly total: number;
  readonly half: number;
  readonly share: number;
}
/** Fits the baseline from what was kept; afterwards its periods are forgotten. */
export function freeze(s: Saving, names: readonly string[], degrees: Degrees): Model {
  const model = fitBaseline(s.periods, names, degrees);
  s.model = model;
  s.periods = [];
  s.version++;
  return model;
}
export function report(s: Saving, model: Model, period: Period, confidence: number): Reported {
  const row = rowOf(period, model.heating, model.cooling);
  const expected = expectedOf(model, row);
  s.n++;
  s.use += period.use;
  s.expected += expected;
  s.rows = row.map((v, i) => v + (s.rows[i] ?? 0));
  const total = s.expected - s.use;
  return {
    expected,
    saving: expected - period.use,
    total,
    half: halfWidth(model, s.rows, s.n, confidence),
    share: (100 * total) / s.expected,
  };
}
/** Why a model must not be used to claim savings; empty when it may. */
export function faultsOf(model: Model, leastR2: number, mostCv: number, mostP: number): string[] {
  return [
    ...(model.r2 < leastR2 ? ['r2'] : []),
    ...(model.cv > mostCv ? ['cv'] : []),
    ...model.terms.filter((t) => t.name !== 'base' && !(t.p <= mostP)).map((t) => `p ${t.name}`),
  ];
}
export const driversOf = (row: object, names: readonly string[]): number[] =>
  names.map((name) => (row as Readonly<Record<string, number>>)[name] as number);
