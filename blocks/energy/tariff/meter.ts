import { monthOf, type Rate, rateAt } from './calendar.ts';

/** What is kept: the open demand window, and the sums of the month. */
export interface Meter {
  /** End of the time that is counted, and the power that holds since. */
  until: number | null;
  power: number;
  /** Start of the open window, its energy in kWh and the seconds that were measured. */
  start: number | null;
  energy: number;
  covered: number;
  period: string | null;
  month: number;
  peak: number;
  sums: { name: string; price: number; energy: number; cost: number }[];
}
export interface Tariff {
  readonly rates: readonly Rate[];
  readonly rest: string;
  readonly restPrice: number;
  readonly holidays: readonly string[];
  readonly offset: number;
  /** Length of the demand window, s. */
  readonly window: number;
}
export interface Closed {
  readonly end: number;
  readonly demand: number;
  readonly energy: number;
  readonly cost: number;
  readonly period: string;
  readonly price: number;
  readonly coverage: number;
  /** Of the month so far, this window included. */
  readonly monthEnergy: number;
  readonly monthCost: number;
  readonly peak: number;
  /** The sums of the month before, when this window is the first of the next. */
  readonly bill: Meter['sums'] | undefined;
  readonly billPeak: number;
}

/** Counts `power` (kW) from `from` to `to` (ms), closing each window that is passed. `period`: the meter's own name for the time, else the calendar's. */
export function count(m: Meter, t: Tariff, from: number, to: number, power: number, period: string | undefined): Closed[] {
  const closed: Closed[] = [];
  const width = t.window * 1000;
  for (let at = from; at < to; ) {
    const start = Math.floor(at / width) * width;
    if (m.start !== null && start > m.start) closed.push(close(m, t));
    if (m.start === null) {
      m.start = start;
      m.energy = 0;
      m.covered = 0;
      m.period = period ?? null;
    }
    const end = Math.min(to, start + width);
    m.energy += (power * (end - at)) / 3_600_000;
    m.covered += (end - at) / 1000;
    at = end;
    if (end === start + width) closed.push(close(m, t));
  }
  return closed;
}

function close(m: Meter, t: Tariff): Closed {
  const start = m.start as number;
  const rate = rateAt(start, t.offset, t.rates, t.holidays);
  const name = m.period ?? rate?.name ?? t.rest;
  const price =
    m.period === null ? (rate?.price ?? t.restPrice) : (t.rates.find((r) => r.name === m.period)?.price ?? t.restPrice);
  const month = monthOf(start, t.offset);
  const turned = month !== m.month && m.sums.length > 0;
  const bill = turned ? m.sums : undefined;
  const billPeak = m.peak;
  if (month !== m.month) {
    m.sums = [];
    m.peak = 0;
    m.month = month;
  }
  const cost = m.energy * price;
  const demand = m.energy / (t.window / 3600);
  m.peak = Math.max(m.peak, demand);
  const sum = m.sums.find((s) => s.name === name && s.price === price);
  if (sum) {
    sum.energy += m.energy;
    sum.cost += cost;
  } else m.sums.push({ name, price, energy: m.energy, cost });
  const closed: Closed = {
    end: start + t.window * 1000,
    demand,
    energy: m.energy,
    cost,
    period: name,
    price,
    coverage: m.covered / t.window,
    monthEnergy: m.sums.reduce((s, x) => s + x.energy, 0),
    monthCost: m.sums.reduce((s, x) => s + x.cost, 0),
    peak: m.peak,
    bill,
    billPeak,
  };
  m.start = null;
  m.energy = 0;
  m.covered = 0;
  m.period = null;
  return closed;
}

/** Demand that the open window will end with when `power` holds on, and how much of it must go so that the window stays at `limit`. */
export function forecast(m: Meter, t: Tariff, time: number, power: number, limit: number) {
  const width = t.window * 1000;
  const start = Math.floor(time / width) * width;
  const rest = (start + width - time) / 3_600_000;
  const energy = (m.start === start ? m.energy : 0) + power * rest;
  const demand = energy / (t.window / 3600);
  return { demand, remaining: rest * 3600, shed: Math.max(0, (energy - (limit * t.window) / 3600) / rest) };
}
