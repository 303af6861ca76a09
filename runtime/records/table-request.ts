import { z } from 'zod';
import { convert, sameDimension } from '#runtime/units/units.ts';
import { RECORD_KIND_NAMES, recordCode } from './kinds.ts';

/** One column that a program asks for: where it stands in a record or in a row of a file, and what it shall be. */
export const tableField = z.object({
  name: z.string().min(1).max(100),
  type: z.enum(['number', 'integer', 'boolean', 'text', 'time', 'json']),
  /** `due`, `title.en`, `parents.lot`; of a file its heading. */
  path: z.string().min(1).max(300),
  unit: z.string().min(1).max(100).optional(),
  /** Where the row says the unit of this value; it is converted. */
  unitPath: z.string().min(1).max(300).optional(),
  required: z.boolean().default(false),
});
export type TableField = z.output<typeof tableField>;
const fields = z.array(tableField).min(1).max(200);
const limit = z.int().min(1).max(10_000).default(1_000);

/** Records of a kind as they were at a moment, as a table. */
export const recordReadRequest = z.object({
  kind: z.enum(RECORD_KIND_NAMES),
  /** Only in these states; none = in any. */
  states: z.array(z.string().max(40)).max(20).default([]),
  code: recordCode.optional(),
  /** A list of the kind, whose rows become the rows of the table. */
  rows: z.string().max(100).optional(),
  fields,
  limit,
  /** Append time, epoch ms: what was changed later is not seen, so that the same question has the same answer in a replay. */
  asOf: z.number(),
});
export type RecordReadRequest = z.output<typeof recordReadRequest>;

/** A file as a table: the document of this number as it was at the moment, or the file with this hash. */
export const fileReadRequest = z.object({
  document: z.string().min(1).max(120),
  encoding: z.enum(['auto', 'utf-8', 'gb18030']).default('auto'),
  fields,
  limit,
  asOf: z.number(),
});
export type FileReadRequest = z.output<typeof fileReadRequest>;

/** Columns by name, null where a value is missing; rows that could not be read, with their reasons. */
export interface ReadTable {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  /** Rows beyond the limit. */
  readonly left: number;
}
/** Of a file full of wrong rows the first say enough. */
const MOST_REFUSED = 100;

export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** Rows to columns. A row in which a value does not fit is set aside whole, the rest goes on. */
export function tableOf(
  rows: Iterable<TableRow>,
  wanted: readonly TableField[],
  most: number,
  before: readonly { readonly line: number; readonly reason: string }[] = [],
): ReadTable {
  const columns = Object.fromEntries(wanted.map(({ name }) => [name, [] as unknown[]]));
  const refused = [...before];
  let n = 0;
  let left = 0;
  for (const { line, cells } of rows) {
    const values: unknown[] = [];
    let fault: string | undefined;
    for (const field of wanted) {
      const value = cellOf(cells, field);
      if (value instanceof Fault) {
        fault = `${field.name} (${field.path}): ${value.text}`;
        break;
      }
      values.push(value);
    }
    if (fault !== undefined) refused.push({ line, reason: fault });
    else if (n >= most) left++;
    else {
      n++;
      for (const [i, { name }] of wanted.entries()) columns[name]?.push(values[i]);
    }
  }
  return { columns, refused: refused.slice(0, MOST_REFUSED), left };
}

class Fault {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function cellOf(row: Readonly<Record<string, unknown>>, { type, path, unit, unitPath, required }: TableField): unknown {
  const given = at(row, path);
  if (given === undefined || given === null || given === '') return required ? new Fault('is missing') : null;
  const text =
    given instanceof Date ? given.toISOString() : typeof given === 'object' ? JSON.stringify(given) : String(given).trim();
  switch (type) {
    case 'json':
      return given;
    case 'text':
      return text;
    case 'boolean':
      if (/^(true|1|yes|是)$/i.test(text)) return true;
      return /^(false|0|no|否)$/i.test(text) ? false : new Fault(`“${text}” is not yes or no`);
    case 'time':
      return timeOf(given, text);
    case 'number':
    case 'integer': {
      const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isFinite(value)) return new Fault(`“${text}” is not a number`);
      if (type === 'integer') return Number.isSafeInteger(value) ? value : new Fault(`“${text}” is not a whole number`);
      const code = unitPath === undefined ? undefined : at(row, unitPath);
      if (unit === undefined || typeof code !== 'string' || code === unit) return value;
      return sameDimension(code, unit) ? convert(value, code, unit) : new Fault(`the unit “${code}” cannot become “${unit}”`);
    }
  }
}

/** ISO 8601 with a zone, a date (its beginning in UTC) or epoch milliseconds. */
function timeOf(given: unknown, text: string): number | Fault {
  if (typeof given === 'number') return given;
  if (typeof given === 'bigint') return Number(given);
  const fits = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/.test(text);
  const value = fits ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(value) ? new Fault(`“${text}” is no time with a zone, such as 2026-01-05T08:00:00+08:00`) : value;
}

/** A heading may hold dots itself. */
function at(row: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  let value: unknown = row;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
