import { civil } from '#blocks/mathematics/civil.ts';
import type { Forecast } from './forecast.ts';

export interface Calendar {
  /** Dates of the site as 2026-10-01. */
  readonly holidays: readonly string[];
  readonly utcOffset: number;
}
const DAY = 86_400_000;
const dayOf = (time: number, c: Calendar): number => Math.floor((time + c.utcOffset * 3_600_000) / DAY);
/** 0 Monday … 6 Sunday of a day since 1970-01-01, which was a Thursday. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;
const two = (n: number): string => String(n).padStart(2, '0');
function isHoliday(days: number, c: Calendar): boolean {
  const { year, month, day } = civil(days);
  return c.holidays.includes(`${year}-${two(month)}-${two(day)}`);
}

/**
 * The series as it would have been without holidays: the value of a week before, already cleaned, or else of the first same weekday after that was
 * none. @throws RangeError where rows are not a day apart
 */
export function withoutHolidays(time: ArrayLike<number>, value: ArrayLike<number>, c: Calendar): number[] {
  const clean: number[] = [];
  for (let i = 0; i < time.length; i++) {
    const day = dayOf(time[i] as number, c);
    if (i > 0 && day !== dayOf(time[i - 1] as number, c) + 1)
      throw new RangeError(`row ${i + 1} is not the day after the row before: holidays need a row for each day`);
    if (!isHoliday(day, c)) clean.push(value[i] as number);
    else if (i >= 7) clean.push(clean[i - 7] as number);
    else {
      let later = i + 7;
      while (later < time.length && isHoliday(dayOf(time[later] as number, c), c)) later += 7;
      if (later >= time.length) throw new RangeError(`row ${i + 1} is a holiday and no such weekday follows: give more days`);
      clean.push(value[later] as number);
    }
  }
  return clean;
}

/** The first `horizon` days of a forecast that reaches seven days further: a holiday gets what is forecast for the next Sunday. */
export function likeSundays(f: Forecast, horizon: number, last: number, c: Calendar): Forecast {
  const began = dayOf(last, c) + 1;
  const from = (h: number): number => (isHoliday(began + h, c) ? h + 6 - weekdayOf(began + h) : h);
  const taken = (list: readonly number[]) => Array.from({ length: horizon }, (_, h) => list[from(h)] as number);
  return { ...f, mean: taken(f.mean), lower: taken(f.lower), upper: taken(f.upper) };
}
