import { qualityText } from '#runtime/batch/quality.ts';
import type { ColumnType } from '#runtime/batch/schema.ts';
import type { InputColumn, InputTable } from './table.ts';

/** A value as JSON says it: waves and frames as plain lists. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_, v) => {
    if (typeof v === 'bigint') return String(v);
    return ArrayBuffer.isView(v) && !(v instanceof DataView) ? Array.from(v as Float64Array) : v;
  });

/** Null where there is no value: missing is said by the quality beside it. */
export function valueAt({ type, values }: Pick<InputColumn, 'type' | 'values'>, row: number): unknown {
  const value = values[row];
  if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
  return type === 'boolean' ? value === 1 || value === true : value;
}

export const qualityAt = (column: InputColumn, row: number): string => qualityText(column.quality?.[row] ?? 0);
export const originAt = ({ origin }: InputColumn, row: number): string | null =>
  (typeof origin === 'string' ? origin : origin?.[row]) ?? null;

/** Microseconds since 1970, the finest that a time holds. */
export const microseconds = (ms: number): bigint => BigInt(Math.round(ms * 1000));
/** As text: what no column type of a file holds. */
export const textOf = (value: unknown, type: ColumnType): string | null =>
  value === null ? null : type === 'text' || type === 'decimal' ? String(value) : jsonText(value);

/** Rows of several tables of one shape, one behind the other. */
export function joinTables(tables: readonly InputTable[]): InputTable {
  const [first] = tables;
  if (!first || tables.length === 1) return first ?? { file: '', n: 0, time: new Float64Array(0), key: [], columns: {} };
  const n = tables.reduce((sum, table) => sum + table.n, 0);
  const columns = Object.entries(first.columns).map(([name, column]) => {
    const parts = tables.map((table) => ({ n: table.n, column: table.columns[name] ?? column }));
    const rows = <T>(of: (part: (typeof parts)[number], row: number) => T): T[] =>
      parts.flatMap((part) => Array.from({ length: part.n }, (_, row) => of(part, row)));
    const values = rows((part, row) => part.column.values[row]);
    const dirty = parts.some((part) => part.column.quality);
    return [
      name,
      {
        ...column,
        values: column.values instanceof Float64Array ? Float64Array.from(values as number[]) : values,
        ...(dirty ? { quality: Uint8Array.from(rows((part, row) => part.column.quality?.[row] ?? 0)) } : {}),
      },
    ] as const;
  });
  return {
    file: first.file,
    n,
    time: Float64Array.from(tables.flatMap((table) => [...table.time])),
    key: tables.flatMap((table) => table.key),
    columns: Object.fromEntries(columns),
  };
}
