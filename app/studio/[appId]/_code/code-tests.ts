import type { ColumnType } from '#runtime/batch/schema.ts';
import type { NodeTest } from '#runtime/graph/document.ts';

/** What a record gave: columns, nothing, or a failure with its message. */
export type Given = { readonly out: Readonly<Record<string, unknown>> | null } | { readonly failure: string };
export interface Verdict {
  readonly passed: boolean;
  /** By column, where it is not what it must be: what it was. */
  readonly wrong: Readonly<Record<string, unknown>>;
  readonly failure?: string;
}

/** Numbers that agree in nine places are the same: the last bits depend on the order of adding. */
const RELATIVE = 1e-9;

export function judge(test: NodeTest, given: Given | undefined): Verdict | undefined {
  if (!given) return undefined;
  if ('failure' in given) return { passed: false, wrong: {}, failure: given.failure };
  const wrong = Object.entries(test.out).flatMap(([column, expected]) => {
    const actual = given.out?.[column];
    return agrees(actual, expected) ? [] : [[column, actual] as const];
  });
  return { passed: wrong.length === 0, wrong: Object.fromEntries(wrong) };
}

function agrees(actual: unknown, expected: unknown): boolean {
  if (typeof actual === 'number' && typeof expected === 'number')
    return (
      Object.is(actual, expected) || Math.abs(actual - expected) <= RELATIVE * Math.max(Math.abs(expected), Math.abs(actual))
    );
  // Nothing was given, and nothing is expected.
  return actual === expected || (actual == null && expected == null);
}

/** A cell of the table as a value of the column's type; nothing typed is no value. @returns undefined also for what is no number where one must be */
export function cellValue(text: string, type: ColumnType): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (type === 'number' || type === 'integer' || type === 'time') {
    const number = Number(trimmed);
    return Number.isFinite(number) ? number : undefined;
  }
  if (type === 'boolean')
    return trimmed === 'true' || trimmed === '1' ? true : trimmed === 'false' || trimmed === '0' ? false : undefined;
  return text;
}
export const cellText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
