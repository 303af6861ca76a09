export interface Identifying {
  readonly name: string;
  readonly bands?: readonly number[] | undefined;
  readonly cut?: readonly number[] | undefined;
}
type Table = Readonly<Record<string, unknown>>;

/** A value at a level of its hierarchy: 0 is itself, the last is `*`. */
export function generalise(value: unknown, level: number, column: Identifying): string {
  const steps = column.bands ?? column.cut ?? [];
  if (level > steps.length || value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value)))
    return '*';
  if (level === 0) return String(value);
  const step = steps[level - 1] as number;
  if (column.bands) {
    const low = Math.floor(Number(value) / step) * step;
    return `${Number(low.toPrecision(12))}–${Number((low + step).toPrecision(12))}`;
  }
  const letters = [...String(value)];
  const kept = Math.max(0, letters.length - step);
  return `${letters.slice(0, kept).join('')}${'*'.repeat(letters.length - kept)}`;
}

/**
 * Datafly (Sweeney 1998): while more than `most` percent of the rows lie in groups below k, the column with the most different values goes up
 * one level (of equal ones the first); rows that stay in small groups are left out. Groups below k never come out, whatever it costs.
 */
export function anonymise(
  table: Table,
  k: number,
  identifying: readonly Identifying[],
  keep: readonly { readonly name: string }[],
  most: number,
): Record<string, unknown[]> {
  const column = (name: string) => table[name] as ArrayLike<unknown>;
  const n = column(identifying[0]?.name ?? '').length;
  const levels = identifying.map(() => 0);
  for (;;) {
    const values = identifying.map((c, j) =>
      Array.from({ length: n }, (_, i) => generalise(column(c.name)[i], levels[j] as number, c)),
    );
    const ids = Array.from({ length: n }, (_, i) => values.map((v) => v[i]).join('\u0000'));
    const sizes = new Map<string, number>();
    for (const id of ids) sizes.set(id, (sizes.get(id) ?? 0) + 1);
    const rare = ids.filter((id) => (sizes.get(id) as number) < k).length;
    const open = identifying.map((c, j) =>
      (levels[j] as number) <= (c.bands ?? c.cut ?? []).length ? new Set(values[j]).size : 0,
    );
    const widest = Math.max(...open);
    if (rare * 100 > most * n && widest > 0) {
      const j = open.indexOf(widest);
      levels[j] = (levels[j] as number) + 1;
      continue;
    }
    const rows = ids.flatMap((id, i) => ((sizes.get(id) as number) >= k ? [i] : []));
    const out: Record<string, unknown[]> = { group: rows.map((i) => sizes.get(ids[i] as string)) };
    for (const [j, c] of identifying.entries()) out[c.name] = rows.map((i) => values[j]?.[i]);
    for (const c of keep) out[c.name] = rows.map((i) => column(c.name)[i]);
    return out;
  }
}
