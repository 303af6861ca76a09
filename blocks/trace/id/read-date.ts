/** Days from 1970-01-01 of a date of the Gregorian calendar (Hinnant, “chrono-compatible low-level date algorithms”). */
export function daysFrom(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/**
 * YYMMDD as epoch ms of that day in UTC; the century is the one that puts it within 49 years before and 50 after `now` (GS1 General
 * Specifications, 7.12). Day 00 is the last of the month. NaN: there is none.
 */
export function dateOf(text: string | undefined, now: number): number {
  if (text === undefined) return Number.NaN;
  const [yy, month, day] = [Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4, 6))];
  const thisYear = 1970 + Math.floor(now / 31_556_952_000);
  let year = Math.floor(thisYear / 100) * 100 + yy;
  if (year - thisYear >= 51) year -= 100;
  else if (year - thisYear <= -50) year += 100;
  const next = month === 12 ? daysFrom(year + 1, 1, 1) : daysFrom(year, month + 1, 1);
  return (day === 0 ? next - 1 : daysFrom(year, month, day)) * 86_400_000;
}
