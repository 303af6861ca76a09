/** A conversion factor with the days on which it holds (UTC dates, both included) and where it comes from. */
export interface Factor {
  readonly from: string;
  readonly to?: string | undefined;
  readonly value: number;
  readonly source: string;
}

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

/** The factor in force at a time, by the site's date. */
export function factorAt(table: readonly Factor[], time: number, offset: number): Factor | undefined {
  const day = Math.floor((time + offset * 3_600_000) / 86_400_000);
  return table.find((f) => dayOf(f.from) <= day && (f.to === undefined || day <= dayOf(f.to)));
}

/** Two factors that hold on one day; undefined when there are none. */
export function overlap(table: readonly Factor[]): readonly [Factor, Factor] | undefined {
  const sorted = [...table].sort((a, b) => dayOf(a.from) - dayOf(b.from));
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1] as Factor;
    const next = sorted[i] as Factor;
    if (before.to === undefined || dayOf(before.to) >= dayOf(next.from)) return [before, next];
  }
  return undefined;
}
