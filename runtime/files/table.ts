import { parseQuality, quality } from '#runtime/batch/quality.ts';
import { type ColumnType, ORIGINS, type Origin, type WireSchema } from '#runtime/batch/schema.ts';
import { InputError } from './input-error.ts';

/** One input read whole: rows in the order of the file, values in the file's own units. */
export interface InputTable {
  readonly file: string;
  readonly n: number;
  /** Epoch milliseconds. */
  readonly time: Float64Array;
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, InputColumn>>;
}
export interface InputColumn {
  readonly type: ColumnType;
  /** UCUM, from the brackets of the header; absent = as the graph wants it. */
  readonly unit?: string;
  readonly values: Float64Array | unknown[];
  readonly quality?: Uint8Array;
  /** Where the values came from: of all of them, or of each row. Absent = not said. */
  readonly origin?: Origin | readonly Origin[];
  /** Decimal places of a `decimal`. */
  readonly scale?: number;
}

export interface HeaderColumn {
  readonly name: string;
  readonly unit?: string;
  /** Of all its values, where the file says it once. */
  readonly origin?: Origin;
}
/** `pressure [bar]` -> name and unit; `pressure.quality` stays a name. */
export function parseHeader(text: string): HeaderColumn {
  const match = /^\s*([^[\]]+?)\s*(?:\[(.*)\]\s*)?$/.exec(text);
  if (!match?.[1]) return { name: text.trim() };
  return match[2] === undefined ? { name: match[1] } : { name: match[1], unit: match[2] };
}

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** ISO 8601 with a zone, or epoch milliseconds; undefined for anything else. */
export function parseTime(cell: unknown): number | undefined {
  if (cell instanceof Date) return cell.getTime();
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const match = ISO.exec(text);
  if (!match) return undefined;
  const value = Date.parse(text.replace(' ', 'T'));
  if (Number.isNaN(value)) return undefined;
  // What is finer than a millisecond is left out by the engine.
  const finer = (match[2] ?? '').slice(4, 7);
  return finer === '' ? value : value + Number(finer.padEnd(3, '0')) / 1000;
}

/** Builds the table row by row with every cell checked; readers of all formats share it. */
export class TableBuilder {
  private readonly times: number[] = [];
  private readonly keys: string[] = [];
  private readonly cells: {
    name: string;
    type: ColumnType;
    unit?: string;
    scale?: number;
    origin?: Origin;
    values: unknown[];
    quality: number[];
    dirty: boolean;
    /** Per row, once the file says so. */
    origins?: Origin[];
  }[];
  private readonly file: string;
  private readonly defaultKey: string;

  /** `headers` are the file's columns; those that the schema does not name are left out, those it needs must be there. */
  constructor(file: string, schema: WireSchema, headers: readonly HeaderColumn[], defaultKey: string) {
    this.file = file;
    this.defaultKey = defaultKey;
    const names = headers.map((h) => h.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice) throw new InputError('input.column-twice', 'the header names this column twice', { file, line: 1, column: twice });
    if (!names.includes('time'))
      throw new InputError('input.no-time', `the header has no column "time" (it has ${names.join(', ')})`, { file, line: 1 });
    this.cells = Object.entries(schema.columns).map(([name, column]) => {
      const header = headers.find((h) => h.name === name);
      if (!header)
        throw new InputError('input.column-missing', `the header has no column "${name}" (it has ${names.join(', ')})`, {
          file,
          line: 1,
        });
      return {
        name,
        type: column.type,
        ...(header.unit === undefined ? {} : { unit: header.unit }),
        ...(header.origin === undefined ? {} : { origin: header.origin }),
        ...(column.scale === undefined ? {} : { scale: column.scale }),
        ...(names.includes(`${name}.origin`) ? { origins: [] } : {}),
        values: [],
        quality: [],
        dirty: false,
      };
    });
  }

  add(line: number, cell: (column: string) => unknown) {
    const { file } = this;
    const time = parseTime(cell('time'));
    if (time === undefined)
      throw new InputError(
        'input.bad-time',
        `${show(cell('time'))} is no time; write ISO 8601 with a zone (2026-01-05T00:00:00+08:00) or epoch milliseconds`,
        { file, line, column: 'time' },
      );
    const last = this.times.at(-1);
    if (last !== undefined && time < last)
      throw new InputError('input.not-in-order', 'the time is before the line above; sort the file by time', {
        file,
        line,
        column: 'time',
      });
    this.times.push(time);
    const key = cell('key');
    this.keys.push(key === undefined || key === null || key === '' ? this.defaultKey : String(key));
    for (const c of this.cells) {
      const raw = cell(c.name);
      const value = parseCell(raw, c.type, c.scale);
      if (value === undefined)
        throw new InputError('input.bad-value', `${show(raw)} is no ${c.type}${HINTS[c.type]?.(c.scale) ?? ''}`, {
          file,
          line,
          column: c.name,
        });
      const q = cell(`${c.name}.quality`);
      let code = 0;
      if (q !== undefined && q !== null && q !== '') {
        const parsed = parseQuality(String(q));
        if (parsed === undefined)
          throw new InputError(
            'input.bad-quality',
            `${show(q)} is no quality; write good, uncertain or bad, with a sub-code as in bad:stale`,
            {
              file,
              line,
              column: `${c.name}.quality`,
            },
          );
        code = parsed;
      }
      if (value === MISSING) code = Math.max(code, quality('bad', 'missing'));
      if (code !== 0) c.dirty = true;
      c.values.push(value === MISSING ? missingOf(c.type) : value);
      c.quality.push(code);
      c.origins?.push(this.originOf(line, c.name, cell(`${c.name}.origin`), c.origin));
    }
  }

  private originOf(line: number, column: string, cell: unknown, otherwise: Origin = 'measured'): Origin {
    if (cell === undefined || cell === null || cell === '') return otherwise;
    const found = ORIGINS.find((one) => one === cell);
    if (found) return found;
    const said = `${show(cell)} is no origin; write ${ORIGINS.join(', ')}`;
    throw new InputError('input.bad-origin', said, { file: this.file, line, column: `${column}.origin` });
  }

  build(): InputTable {
    return {
      file: this.file,
      n: this.times.length,
      time: Float64Array.from(this.times),
      key: this.keys,
      columns: Object.fromEntries(
        this.cells.map((c) => [
          c.name,
          {
            type: c.type,
            ...(c.unit === undefined ? {} : { unit: c.unit }),
            values: isNumeric(c.type) ? Float64Array.from(c.values as number[]) : c.values,
            ...(c.scale === undefined ? {} : { scale: c.scale }),
            ...(c.dirty ? { quality: Uint8Array.from(c.quality) } : {}),
            ...originField(c.origins, c.origin),
          },
        ]),
      ),
    };
  }
}

/** One word where all rows say the same. */
function originField(rows: readonly Origin[] | undefined, all: Origin | undefined): { origin?: InputColumn['origin'] } {
  if (!rows) return all === undefined ? {} : { origin: all };
  const [first] = rows;
  if (first === undefined) return {};
  return { origin: rows.every((one) => one === first) ? first : rows };
}

const HINTS: Partial<Record<ColumnType, (scale: number | undefined) => string>> = {
  number: () => ', such as 6.2 or 1e-3',
  decimal: (scale) => ` of at most ${scale ?? 0} places, such as ${(1234.5).toFixed(Math.min(20, scale ?? 0))}`,
  time: () => ' with a zone, such as 2026-01-05T00:00:00+08:00',
  wave: () => ', such as {"t0":1767542400000,"rate":48000,"values":[0.1,0.2]}',
  blob: () => ', such as {"hash":"…","media":"image/png","size":1024}',
};
const MISSING = Symbol('missing');
export const isNumeric = (type: ColumnType) => type === 'number' || type === 'integer' || type === 'boolean' || type === 'time';
const missingOf = (type: ColumnType): unknown => (isNumeric(type) ? Number.NaN : type === 'text' ? '' : null);
const show = (cell: unknown) =>
  cell === undefined || cell === null || cell === '' ? 'an empty cell' : JSON.stringify(String(cell));

/** The value, MISSING for an empty cell, undefined for one that does not fit the type. */
function parseCell(cell: unknown, type: ColumnType, scale: number | undefined): unknown {
  if (cell === undefined || cell === null || cell === '') return MISSING;
  const text = typeof cell === 'string' ? cell.trim() : undefined;
  switch (type) {
    case 'number':
    case 'integer': {
      if (text !== undefined && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
      const value = Number(text ?? (typeof cell === 'bigint' ? cell : typeof cell === 'number' ? cell : Number.NaN));
      if (Number.isNaN(value)) return typeof cell === 'number' ? MISSING : undefined;
      if (!Number.isFinite(value)) return undefined;
      return type === 'integer' && !Number.isSafeInteger(value) ? undefined : value;
    }
    case 'boolean': {
      const word = text?.toLowerCase() ?? cell;
      return word === true || word === 'true' || word === '1' || word === 1
        ? 1
        : word === false || word === 'false' || word === '0' || word === 0
          ? 0
          : undefined;
    }
    case 'time':
      return parseTime(cell);
    case 'text':
      return typeof cell === 'string' ? cell : String(cell);
    case 'json':
      return text === undefined ? cell : parseJson(text);
    case 'wave':
      return waveOf(text === undefined ? cell : parseJson(text));
    case 'decimal':
      return decimalOf(text ?? String(cell), scale ?? 0);
    case 'blob':
      return blobOf(text === undefined ? cell : parseJson(text));
  }
}

/** Exact, as text with all its places; never through a binary float. */
function decimalOf(text: string, scale: number): string | undefined {
  const [, sign = '', whole = '', part = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '' || /[1-9]/.test(part.slice(scale))) return undefined;
  const places = part.slice(0, scale).padEnd(scale, '0');
  return `${sign === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '')}${scale > 0 ? `.${places}` : ''}`;
}

function blobOf(cell: unknown) {
  if (typeof cell !== 'object' || cell === null || !('hash' in cell) || typeof cell.hash !== 'string') return undefined;
  return cell;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the caller reports it as a bad value with file, line and column
    return undefined;
  }
}

/** `{ rate, values, t0? }` with numbers. */
function waveOf(cell: unknown) {
  if (typeof cell !== 'object' || cell === null || !('rate' in cell) || !('values' in cell)) return undefined;
  const { rate, values } = cell;
  const t0 = 't0' in cell ? cell.t0 : 0;
  if (typeof rate !== 'number' || !(rate > 0) || typeof t0 !== 'number') return undefined;
  const samples = values instanceof Float32Array || values instanceof Float64Array ? values : numbers(values);
  return samples && { t0, rate, n: samples.length, values: samples };
}
const numbers = (values: unknown) =>
  Array.isArray(values) && values.every((v) => typeof v === 'number' && Number.isFinite(v))
    ? Float64Array.from(values)
    : undefined;
