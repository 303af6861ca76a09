/** The newest table, by key. */
export interface Kept {
  /** Row numbers by key, in the order of the table. */
  index: Record<string, number[]>;
  columns: Record<string, unknown[]>;
  quality: number;
}
interface Named {
  readonly name: string;
}
type Row = Readonly<Record<string, unknown>>;

/** Keys of different types are different: 1 is not '1'. The prefix keeps them apart from names that objects have. */
const keyOf = (value: (name: string) => unknown, keys: readonly Named[]): string =>
  keys.map((k) => `${typeof value(k.name)}:${String(value(k.name))}`).join('\u0000');

/** Takes a table instead of the one before. Its columns have the names of the keys, of what is taken, and of the validity. */
export function keep(kept: Kept, table: Row, keys: readonly Named[], take: readonly Named[], validity: readonly Named[]): void {
  kept.quality = table.quality as number;
  kept.columns = {};
  for (const c of [...take, ...validity]) kept.columns[c.name] = Array.from(table[c.name] as ArrayLike<unknown>);
  const n = (table[keys[0]?.name ?? ''] as ArrayLike<unknown>).length;
  kept.index = {};
  for (let i = 0; i < n; i++) {
    const key = keyOf((name) => (table[name] as ArrayLike<unknown>)[i], keys);
    const rows = kept.index[key];
    if (rows) rows.push(i);
    else kept.index[key] = [i];
  }
}

const absent = (t: unknown): boolean => typeof t !== 'number' || Number.isNaN(t);

/** Number of the table row with these keys that is valid at `time`; of several the last. −1: none. */
export function find(kept: Kept, row: Row, keys: readonly Named[], time: number): number {
  const rows = kept.index[keyOf((name) => row[name], keys)] ?? [];
  for (let j = rows.length - 1; j >= 0; j--) {
    const i = rows[j] as number;
    const from = kept.columns.validFrom?.[i];
    const to = kept.columns.validTo?.[i];
    if ((absent(from) || time >= (from as number)) && (absent(to) || time < (to as number))) return i;
  }
  return -1;
}
