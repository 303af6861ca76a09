import { addDays, instantOf, isZone, localOf } from '#runtime/schedule/zone.ts';

export const GRID_UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export interface GridStep {
  readonly unit: (typeof GRID_UNITS)[number];
  /** Whole and positive. */
  readonly every: number;
  /** IANA zone of days, weeks (from Monday, ISO 8601), months and years; seconds, minutes and hours count from 1970 UTC. */
  readonly zone: string;
}
/** Stretches of time side by side: each begins at its start and ends where the next begins, the last at `end`. */
export interface Grid {
  /** Epoch ms, ascending. */
  readonly starts: readonly number[];
  readonly end: number;
}

/** A question that would give more stretches than anyone can use: `code` is stable. */
export class GridError extends Error {
  readonly code = 'HISTORY_GRID';
}
export const MAX_STRETCHES = 50_000;

const FIXED_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

/** The stretches of this step that touch the window, whole ones: the first may begin before `from`, the last end after `to`. */
export function gridOf({ from, to }: { readonly from: number; readonly to: number }, step: GridStep): Grid {
  if (!Number.isInteger(step.every) || step.every < 1)
    throw new GridError(`every ${step.every}: it must be a whole, positive number`);
  if (!isZone(step.zone)) throw new GridError(`unknown time zone ${step.zone}`);
  const starts: number[] = [];
  let at = firstBefore(from, step);
  while (at < to) {
    if (starts.push(at) > MAX_STRETCHES)
      throw new GridError(`more than ${MAX_STRETCHES} stretches: take longer ones or a shorter window`);
    at = next(at, step);
  }
  return { starts, end: at };
}

function firstBefore(time: number, { unit, every, zone }: GridStep): number {
  if (unit === 'second' || unit === 'minute' || unit === 'hour') {
    const ms = FIXED_MS[unit] * every;
    return Math.floor(time / ms) * ms;
  }
  const { date } = localOf(time, zone);
  return instantOf(firstDate(date, unit, every), 0, zone);
}

/** Several days or weeks are counted from Monday, 1 January 2001; several months and years within the calendar. */
const ORIGIN = '2001-01-01';
function firstDate(date: string, unit: 'day' | 'week' | 'month' | 'year', every: number): string {
  const year = Number(date.slice(0, 4));
  if (unit === 'year') return dateText(Math.floor(year / every) * every, 0);
  if (unit === 'month') {
    const month = year * 12 + Number(date.slice(5, 7)) - 1;
    return dateText(0, Math.floor(month / every) * every);
  }
  const days = Math.round((Date.parse(date) - Date.parse(ORIGIN)) / 86_400_000);
  const span = unit === 'week' ? 7 * every : every;
  return addDays(ORIGIN, Math.floor(days / span) * span);
}
const dateText = (year: number, months: number): string =>
  new Date(Date.UTC(year + Math.floor(months / 12), ((months % 12) + 12) % 12, 1)).toISOString().slice(0, 10);

function next(start: number, { unit, every, zone }: GridStep): number {
  if (unit === 'second' || unit === 'minute' || unit === 'hour') return start + FIXED_MS[unit] * every;
  // A day that begins after midnight, because the clock was set forward there, is still that day.
  const { date } = localOf(start, zone);
  if (unit === 'day' || unit === 'week') return instantOf(addDays(date, unit === 'week' ? 7 * every : every), 0, zone);
  const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + (unit === 'year' ? 12 * every : every);
  return instantOf(dateText(0, month), 0, zone);
}
