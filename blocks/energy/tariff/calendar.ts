import { civil } from '#blocks/mathematics/civil.ts';

/** A price in force at certain hours, days and months; the first of a list that fits holds. */
export interface Rate {
  readonly name: string;
  readonly price: number;
  /** `08:00` to `10:00`; `22:00` to `06:00` crosses midnight. */
  readonly from: string;
  readonly to: string;
  /** 1 Monday … 7 Sunday; holidays count as 7. Empty: every day. */
  readonly days?: readonly number[] | undefined;
  /** 1 … 12; empty: every month. */
  readonly months?: readonly number[] | undefined;
}

const DAY = 86_400_000;
/** `08:30` → minutes of the day; `24:00` is its end. */
export const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

const two = (n: number): string => String(n).padStart(2, '0');

/** Local month of a time as one number: months since year 0. `offset` is the site's hours ahead of UTC. */
export function monthOf(time: number, offset: number): number {
  const { year, month } = civil(Math.floor((time + offset * 3_600_000) / DAY));
  return year * 12 + month - 1;
}

/** The rate in force at a time; undefined when none of the list fits. */
export function rateAt(time: number, offset: number, rates: readonly Rate[], holidays: readonly string[]): Rate | undefined {
  const local = time + offset * 3_600_000;
  const days = Math.floor(local / DAY);
  const minute = Math.floor((local - days * DAY) / 60_000);
  const { year, month, day } = civil(days);
  const weekday = holidays.includes(`${year}-${two(month)}-${two(day)}`) ? 7 : ((((days + 3) % 7) + 7) % 7) + 1;
  return rates.find((rate) => {
    const from = minutesOf(rate.from);
    const to = minutesOf(rate.to);
    const inside = from < to ? minute >= from && minute < to : minute >= from || minute < to;
    return (
      inside &&
      (!rate.days || rate.days.length === 0 || rate.days.includes(weekday)) &&
      (!rate.months || rate.months.length === 0 || rate.months.includes(month))
    );
  });
}
