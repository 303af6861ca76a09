export const HOW = ['sum', 'mean', 'count', 'distinct', 'min', 'max', 'first', 'last', 'sd'] as const;
export type How = (typeof HOW)[number];

interface Key {
  readonly name: string;
}
interface Value extends Key {
  readonly how: How;
}
type Table = Readonly<Record<string, unknown>>;

const missing = (v: unknown): boolean => v === undefined || v === null || (typeof v === 'number' && Number.isNaN(v));
/** Keys of different types are different: 1 is not '1'. */
const text = (v: unknown): string => `${typeof v}:${typeof v === 'object' ? JSON.stringify(v) : String(v)}`;

/** Rows of equal keys become one, in the order in which the keys first come. Cells without a value are left out, as SQL does. */
export function group(table: Table, keys: readonly Key[], values: readonly Value[]): Record<string, unknown[]> {
  const column = (name: string) => table[name] as ArrayLike<unknown>;
  // by a column and not by `n`: that may be a column, too
  const n = column([...keys, ...values][0]?.name ?? '').length;
  const groups = new Map<string, number[]>();
  if (keys.length === 0) groups.set('', []);
  for (let i = 0; i < n; i++) {
    const id = keys.map((k) => text(column(k.name)[i])).join('\u0000');
    const rows = groups.get(id);
    if (rows) rows.push(i);
    else groups.set(id, [i]);
  }
  const all = [...groups.values()];
  const out: Record<string, unknown[]> = { rows: all.map((rows) => rows.length) };
  for (const k of keys) out[k.name] = all.map((rows) => column(k.name)[rows[0] as number]);
  for (const v of values)
    out[v.name] = all.map((rows) => {
      const cells = rows.map((i) => column(v.name)[i]).filter((c) => !missing(c));
      return aggregate(cells, v.how);
    });
  return out;
}

/** NaN where nothing is there to take: the mean of no values is unknown, their sum is 0. */
export function aggregate(cells: readonly unknown[], how: How): unknown {
  if (how === 'count') return cells.length;
  if (how === 'distinct') return new Set(cells.map(text)).size;
  if (how === 'first') return cells.length > 0 ? cells[0] : Number.NaN;
  if (how === 'last') return cells.length > 0 ? cells[cells.length - 1] : Number.NaN;
  if (how === 'min' || how === 'max') {
    if (cells.length === 0) return Number.NaN;
    return cells.reduce((a, b) => ((b as number) < (a as number) === (how === 'min') ? b : a));
  }
  const numbers = cells.map(Number);
  if (how === 'sum') return sum(numbers);
  if (numbers.length === 0) return Number.NaN;
  const mean = sum(numbers) / numbers.length;
  if (how === 'mean') return mean;
  if (numbers.length < 2) return Number.NaN;
  // two passes with the correction for the rounded mean (Chan, Golub & LeVeque 1983, eq. 1.7)
  const squares = sum(numbers.map((x) => (x - mean) ** 2));
  const rest = sum(numbers.map((x) => x - mean));
  return Math.sqrt((squares - (rest * rest) / numbers.length) / (numbers.length - 1));
}

/** Neumaier's sum: exact to the last digit where terms cancel. */
function sum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const v of values) {
    const next = total + v;
    lost += Math.abs(total) >= Math.abs(v) ? total - next + v : v - next + total;
    total = next;
  }
  return total + lost;
}
