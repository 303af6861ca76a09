export type TableColumn = ArrayLike<unknown>;

/** Rows of a table, by a column and not by `n`: that may be a column, too. */
export const lengthOf = (table: Readonly<Record<string, unknown>>, columns: readonly { readonly name: string }[]): number =>
  (table[columns[0]?.name ?? ''] as TableColumn).length;

/** Rows `kept` of a table in the order asked for (equal rows stay as they came; no value comes last), the first `most` of them. */
export function pick(
  table: Readonly<Record<string, unknown>>,
  kept: readonly number[],
  columns: readonly { readonly name: string }[],
  sort: readonly { readonly column: string; readonly down: boolean }[],
  most: number | undefined,
): Record<string, unknown[]> {
  const at = (name: string) => table[name] as TableColumn;
  const order = [...kept].sort((a, b) => {
    for (const s of sort) {
      const c = compare(at(s.column)[a], at(s.column)[b], s.down);
      if (c !== 0) return c;
    }
    return a - b;
  });
  const rows = most === undefined ? order : order.slice(0, most);
  return Object.fromEntries(columns.map((c) => [c.name, rows.map((i) => at(c.name)[i])]));
}

const missing = (v: unknown): boolean => v === undefined || v === null || (typeof v === 'number' && Number.isNaN(v));
/** Numbers by size, text by its code units (the same in every place), no before yes. */
export function compare(a: unknown, b: unknown, down: boolean): number {
  if (missing(a) || missing(b)) return missing(a) && missing(b) ? 0 : missing(a) ? 1 : -1;
  if (a === b) return 0;
  const less = typeof a === typeof b && typeof a !== 'object' ? (a as number) < (b as number) : String(a) < String(b);
  return less !== down ? -1 : 1;
}
