import { dayOf } from '../dates.ts';

/** A conversion factor with the days on which it holds (UTC dates, both included) and where it comes from. */
export interface Factor {
  readonly from: string;
  readonly to?: string | undefined;
  readonly value: number;
  readonly source: string;
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
