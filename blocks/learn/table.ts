/** The columns of a table that a parameter names, from the row handed on whole. */
export function columnsOf(row: object, names: readonly string[]): Float64Array[] {
  return names.map((name) => {
    const column = (row as Readonly<Record<string, ArrayLike<number> | undefined>>)[name];
    if (!column) throw new RangeError(`the table has no column '${name}'`);
    return Float64Array.from(column);
  });
}

/** The values of the columns that a parameter names, from a row handed on whole. */
export function valuesOf(row: object, names: readonly string[]): number[] {
  return names.map((name) => {
    const value = (row as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== 'number') throw new RangeError(`the row has no number '${name}'`);
    return value;
  });
}

/** One list of values per row. */
export const rowsOf = (columns: readonly ArrayLike<number>[]): number[][] =>
  Array.from({ length: columns[0]?.length ?? 0 }, (_, i) => columns.map((c) => c[i] as number));

/** Refuses a table with gaps: which column, which row. */
export function requireNumbers(columns: readonly ArrayLike<number>[], names: readonly string[]): void {
  for (const [j, column] of columns.entries())
    for (let i = 0; i < column.length; i++)
      if (!Number.isFinite(column[i]))
        throw new RangeError(`'${names[j]}' has no number in row ${i + 1}: fill or leave out such rows`);
}
