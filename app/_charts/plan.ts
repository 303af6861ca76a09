/** One bar of a plan: somebody or something busy from a moment to another. */
export interface PlanBar {
  readonly row: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** Bars of one group (an order, a job) share a colour. */
  readonly group: string;
}
export interface PlacedBar extends PlanBar {
  /** Bars of a row that overlap lie beneath each other: 0 is the top. */
  readonly lane: number;
}
export interface PlanRow {
  readonly name: string;
  readonly lanes: number;
  readonly bars: readonly PlacedBar[];
}

/**
 * Rows in the order of their names, numbers in them as numbers; in each row as few lanes as there are bars at one moment (greedy interval partitioning:
 * Kleinberg and Tardos, Algorithm Design, 4.1). A bar without length or with a hole for a time is left out.
 */
export function planRows(bars: readonly PlanBar[], locale: string): PlanRow[] {
  const collator = new Intl.Collator(locale, { numeric: true });
  const drawable = bars.filter((b) => Number.isFinite(b.from) && Number.isFinite(b.to) && b.to > b.from);
  return [...Map.groupBy(drawable, (b) => b.row)]
    .sort(([a], [b]) => collator.compare(a, b))
    .map(([name, own]) => {
      const ends: number[] = [];
      const placed = own
        .toSorted((a, b) => a.from - b.from || a.to - b.to)
        .map((bar): PlacedBar => {
          const free = ends.findIndex((end) => end <= bar.from);
          const lane = free < 0 ? ends.length : free;
          ends[lane] = bar.to;
          return { ...bar, lane };
        });
      return { name, lanes: ends.length, bars: placed };
    });
}
