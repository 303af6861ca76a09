/** What is checked: `|actual − expected| ≤ tolerance`, all in one unit. */
export interface Check {
  readonly actual: number | null | undefined;
  readonly expected: number | null | undefined;
  /** In the unit of the values; with `relative`, a fraction of what is expected. */
  readonly tolerance: number;
  readonly relative?: boolean;
}

/** `undefined`: there is nothing to judge yet. A hole is never a pass. */
export function passes({ actual, expected, tolerance, relative }: Check): boolean | undefined {
  if (actual == null || expected == null || !Number.isFinite(actual) || !Number.isFinite(expected)) return undefined;
  return Math.abs(actual - expected) <= (relative ? Math.abs(expected) * tolerance : tolerance);
}
