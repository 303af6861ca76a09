import { type Node, nodesAt, textAt } from './tree.ts';
import { toUnit } from './unit-codes.ts';

export interface Field {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'text' | 'time';
  readonly path: string;
  readonly unit?: string | undefined;
  /** Where the document says the unit of this value. */
  readonly unitPath?: string | undefined;
  readonly required: boolean;
}

/** The rows of a document as columns. @throws RangeError that names row and field */
export function mapRecords(root: Node, rows: string, fields: readonly Field[], comma: boolean): Record<string, unknown[]> {
  const found = nodesAt(root, rows);
  if (found.length === 0) throw new RangeError(`nothing stands at '${rows}'`);
  return Object.fromEntries(fields.map((f) => [f.name, found.map((row, i) => readValue(root, row, f, i + 1, comma))]));
}

function readValue(root: Node, row: Node, f: Field, at: number, comma: boolean): unknown {
  const fail = (what: string): never => {
    throw new RangeError(`row ${at}, ${f.name} (${f.path}): ${what}`);
  };
  const given = textAt(root, row, f.path);
  if (given === undefined || given === '') return f.required ? fail('is missing') : f.type === 'text' ? undefined : Number.NaN;
  if (f.type === 'text') return given;
  if (f.type === 'boolean')
    return /^(?:true|1|yes|y)$/i.test(given)
      ? true
      : /^(?:false|0|no|n)$/i.test(given)
        ? false
        : fail(`'${given}' is not yes or no`);
  if (f.type === 'time') return timeOf(given) ?? fail(`'${given}' is not a date`);
  const plain = comma ? given.replaceAll('.', '').replace(',', '.') : given;
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain) ? Number(plain) : fail(`'${given}' is not a number`);
  if (f.type === 'integer') return Number.isSafeInteger(value) ? value : fail(`'${given}' is not a whole number`);
  const code = f.unitPath === undefined ? undefined : textAt(root, row, f.unitPath);
  if (code === undefined || f.unit === undefined) return value;
  return toUnit(value, code, f.unit) ?? fail(`the unit '${code}' cannot become '${f.unit}'`);
}

/** ISO 8601 (without zone: UTC) and the EDIFACT formats 102 and 203, CCYYMMDD and CCYYMMDDHHMM. */
export function timeOf(text: string): number | undefined {
  const m =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ??
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?$/.exec(text);
  if (!m) return undefined;
  const part = (i: number) => Number(m[i] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (month < 1 || month > 12 || day < 1 || day > (days[month - 1] as number) || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const years = year - 1;
  const before = years * 365 + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) - 719_162;
  const inYear = days.slice(0, month - 1).reduce((sum, d) => sum + d, 0) + day - 1;
  const zone =
    m[8] && m[8] !== 'Z' ? (m[8].startsWith('-') ? -1 : 1) * (Number(m[8].slice(1, 3)) * 60 + Number(m[8].slice(-2))) : 0;
  return ((before + inYear) * 1440 + hour * 60 + minute - zone) * 60_000 + second * 1000 + Math.round(Number(m[7] ?? 0) * 1000);
}
