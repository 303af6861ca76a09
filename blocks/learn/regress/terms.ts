export interface Terms {
  readonly names: readonly string[];
  /** One list of terms per row of the table. */
  readonly rows: number[][];
}

/** Columns, their powers up to `degree`, and a constant before them. */
export function termsOf(
  columns: readonly ArrayLike<number>[],
  names: readonly string[],
  degree: number,
  intercept: boolean,
): Terms {
  const n = columns[0]?.length ?? 0;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = intercept ? [1] : [];
    for (const column of columns) {
      let power = 1;
      for (let d = 1; d <= degree; d++) {
        power *= column[i] as number;
        row.push(power);
      }
    }
    return row;
  });
  const powers = (name: string) => Array.from({ length: degree }, (_, d) => (d === 0 ? name : `${name}^${d + 1}`));
  return { names: [...(intercept ? ['intercept'] : []), ...names.flatMap(powers)], rows };
}
