export interface Parameter {
  readonly name: string;
  readonly role: string;
  readonly unit?: string | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly tolerance: number;
}
export interface Value {
  readonly role: string;
  readonly value: number;
  readonly unit: string;
  readonly tolerance: number;
}

/** The values of a row, by parameter. */
export const valuesOf = (row: unknown, parameters: readonly Parameter[]): Value[] =>
  parameters.map(({ name, role, unit, tolerance }) => ({
    role,
    value: Number((row as Readonly<Record<string, unknown>>)[name]),
    unit: unit ?? '',
    tolerance,
  }));

/** Why the set may not be downloaded: `invalid` (no number), `low`, `high`; empty when nothing is wrong. */
export function fault(values: readonly Value[], parameters: readonly Parameter[]): string {
  for (const [i, { value }] of values.entries()) {
    const { low, high } = parameters[i] ?? {};
    if (!Number.isFinite(value)) return 'quality';
    if (low !== undefined && value < low) return 'low';
    if (high !== undefined && value > high) return 'high';
  }
  return '';
}
