export interface Column {
  readonly name: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly unit?: string | undefined;
  readonly show: 'number' | 'time' | 'text';
}
type Value = number | string | null;

/** The columns of a table as a report has them: what is no number is missing, not zero. At most `most` rows, the newest. */
export function dataOf(row: unknown, columns: readonly Column[], n: number, most: number): Record<string, Value[]> {
  const from = Math.max(0, n - most);
  const data: Record<string, Value[]> = {};
  for (const { name, show } of columns) {
    const values = (row as Readonly<Record<string, ArrayLike<unknown> | undefined>>)[name];
    const column: Value[] = [];
    for (let i = from; i < n; i++) {
      const value = values?.[i];
      if (show === 'text') column.push(value === undefined || value === null ? null : String(value));
      else column.push(typeof value === 'number' && Number.isFinite(value) ? value : null);
    }
    data[name] = column;
  }
  return data;
}

const two = (n: number) => (n < 10 ? `0${n}` : `${n}`);

/** `SHIFT-C-101-20261123T0830` (UTC): the same table asks for the same number. Days to year, month and day: E. G. Richards, 2013. */
export function codeOf(prefix: string, key: string, at: number): string {
  const minutes = Math.floor(at / 60_000);
  const day = Math.floor(minutes / 1_440);
  const f = day + 2_440_588 + 1_401 + Math.floor((Math.floor((4 * (day + 2_440_588) + 274_277) / 146_097) * 3) / 4) - 38;
  const e = 4 * f + 3;
  const h = 5 * Math.floor((e % 1_461) / 4) + 2;
  const d = Math.floor((h % 153) / 5) + 1;
  const m = ((Math.floor(h / 153) + 2) % 12) + 1;
  const y = Math.floor(e / 1_461) - 4_716 + Math.floor((14 - m) / 12);
  const minute = minutes - day * 1_440;
  return `${prefix}-${key}-${y}${two(m)}${two(d)}T${two(Math.floor(minute / 60))}${two(minute % 60)}`;
}
