/** Dates in programs, which have no clock of their own. */

/** Days since 1970-01-01 of `2026-07-31` (Hinnant's days_from_civil); NaN when there is no such day. */
export function dayOf(date: string): number {
  const [y, m, d] = date.split('-').map(Number) as [number, number, number];
  const year = m <= 2 ? y - 1 : y;
  const era = Math.floor(year / 400);
  const yoe = year - era * 400;
  const doy = Math.floor((153 * (m > 2 ? m - 3 : m + 9) + 2) / 5) + d - 1;
  const doe = yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy;
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const length = m === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31;
  return m >= 1 && m <= 12 && d >= 1 && d <= length ? era * 146_097 + doe - 719_468 : Number.NaN;
}

/** Epoch ms of `2026-01-01` (UTC) or `2026-01-01T08:30:00+08:00`; NaN when there is no such time. */
export function momentOf(text: string): number {
  const day = dayOf(text.slice(0, 10)) * 86_400_000;
  if (text.length === 10) return day;
  const zone = text.endsWith('Z') ? text.length - 1 : text.length - 6;
  const [hour, minute, second = 0] = text.slice(11, zone).split(':').map(Number) as [number, number, number?];
  if (hour > 24 || minute > 59 || second > 59) return Number.NaN;
  const [oh, om] = text.endsWith('Z')
    ? [0, 0]
    : (text
        .slice(zone + 1)
        .split(':')
        .map(Number) as [number, number]);
  const offset = (text[zone] === '-' ? -1 : 1) * (oh * 60 + om) * 60_000;
  return day + ((hour * 60 + minute) * 60 + second) * 1000 - offset;
}
