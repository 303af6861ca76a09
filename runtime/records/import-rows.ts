import { convert, sameDimension } from '#runtime/units/units.ts';
import type { RecordField, RecordFields } from './fields.ts';
import { kindOf, type RecordKindName } from './kinds.ts';

/** A row of a file, its cells by the headings. */
export interface ImportRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
}
/** One record out of a file; rows that follow each other with the same number are one, each adding to its lists. */
export interface ImportRecord {
  readonly line: number;
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly faults: readonly ImportFault[];
}
export interface ImportFault {
  readonly line: number;
  readonly column: string;
  readonly en: string;
  readonly zh: string;
}

interface Column {
  readonly heading: string;
  /** `name.en`, `lines.item`. */
  readonly path: readonly string[];
  readonly field: RecordField;
  /** UCUM, in brackets behind the heading. */
  readonly unit?: string;
}

/** The headings that a file of this kind may have, in the order in which a template shows them. */
export function headingsOf(kind: RecordKindName): string[] {
  const of = (fields: RecordFields, before = ''): string[] =>
    Object.entries(fields).flatMap(([name, { type, unit, fields: inner }]) => {
      if (type === 'words') return [`${before}${name}.en`, `${before}${name}.zh`];
      if (type === 'list' && inner && before === '') return of(inner, `${name}.`);
      return [`${before}${name}${unit === undefined || unit === '1' ? '' : ` [${unit}]`}`];
    });
  return ['code', ...of(kindOf(kind).fields)];
}

/** Cells to values, by what the fields hold. Headings that mean nothing are told, never guessed. */
export function importRows(
  kind: RecordKindName,
  headings: readonly string[],
  rows: readonly ImportRow[],
): { readonly records: readonly ImportRecord[]; readonly unknown: readonly string[]; readonly faults: readonly ImportFault[] } {
  const { fields } = kindOf(kind);
  const columns: Column[] = [];
  const unknown: string[] = [];
  const faults: ImportFault[] = [];
  for (const heading of headings) {
    if (heading.trim() === 'code') continue;
    const column = columnOf(fields, heading);
    if (!column) {
      if (heading.trim() !== '') unknown.push(heading);
    } else if (column.unit !== undefined && column.field.unit !== undefined && !sameDimension(column.unit, column.field.unit))
      faults.push({
        line: 1,
        column: heading,
        en: `${column.unit} is no unit of this field; it is in ${column.field.unit}.`,
        zh: `${column.unit} 不是该字段的单位；该字段单位为 ${column.field.unit}。`,
      });
    else columns.push(column);
  }

  const records: { line: number; code: string; data: Record<string, unknown>; faults: ImportFault[] }[] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const code = textOf(row.cells.code);
    const open = records.at(-1);
    if (code === '' && open === undefined) {
      faults.push({ line: row.line, column: 'code', en: 'The number is missing.', zh: '缺少编号。' });
      continue;
    }
    const same = open !== undefined && (code === '' || code === open.code);
    const into = same ? open : { line: row.line, code, data: {}, faults: [] };
    if (!same) {
      const before = seen.get(code);
      if (before !== undefined)
        into.faults.push({
          line: row.line,
          column: 'code',
          en: `${code} stands in line ${before} already.`,
          zh: `${code} 已在第 ${before} 行出现。`,
        });
      seen.set(code, row.line);
      records.push(into);
    }
    fill(into, row, columns, same);
  }
  return { records, unknown, faults };
}

function columnOf(fields: RecordFields, heading: string): Column | undefined {
  const [, name = '', unit] = /^\s*([^[\]]+?)\s*(?:\[(.*)\]\s*)?$/.exec(heading) ?? [];
  const parts = name.split('.').map((part) => part.trim());
  const path: string[] = [];
  let inside: RecordFields | undefined = fields;
  let field: RecordField | undefined;
  for (const part of parts) {
    if (field?.type === 'words' && (part === 'en' || part === 'zh')) {
      path.push(part);
      continue;
    }
    const found: [string, RecordField] | undefined = Object.entries(inside ?? {}).find(
      ([own, { title }]) => own === part || title.en === part || title.zh === part,
    );
    if (!found) return undefined;
    path.push(found[0]);
    field = found[1];
    inside = field.fields;
  }
  return field && { heading, path, field, ...(unit === undefined ? {} : { unit: unit.trim() }) };
}

function fill(
  into: { readonly data: Record<string, unknown>; readonly faults: ImportFault[] },
  { line, cells }: ImportRow,
  columns: readonly Column[],
  again: boolean,
): void {
  const added = new Map<string, Record<string, unknown>>();
  for (const { heading, path, field, unit } of columns) {
    const cell = cells[heading];
    if (textOf(cell) === '') continue;
    const value = cellValue(field, cell, unit);
    if (value === undefined) {
      into.faults.push({ line, column: heading, ...sayWrong(field, textOf(cell)) });
      continue;
    }
    const [first = '', second] = path;
    if (second === undefined || second === 'en' || second === 'zh') {
      const before = into.data[first];
      const next = second === undefined ? wordsOf(field, value) : { ...(before as object | undefined), [second]: value };
      if (again && second === undefined && before !== undefined && JSON.stringify(before) !== JSON.stringify(next))
        into.faults.push({ line, column: heading, en: 'It differs from the line above.', zh: '与上一行不一致。' });
      into.data[first] = next;
    } else {
      const row = added.get(first) ?? {};
      added.set(first, row);
      const [, , third] = path;
      if (third === undefined) row[second] = wordsOf(field, value);
      else row[second] = { ...(row[second] as object | undefined), [third]: value };
    }
  }
  for (const [list, row] of added) into.data[list] = [...((into.data[list] as unknown[] | undefined) ?? []), row];
}

/** One text for both languages where only one is given. */
const wordsOf = ({ type }: RecordField, value: unknown): unknown => (type === 'words' ? { en: value, zh: value } : value);

function cellValue(field: RecordField, cell: unknown, unit: string | undefined): unknown {
  const text = textOf(cell);
  switch (field.type) {
    case 'number':
    case 'integer': {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
      const value = Number(text);
      return unit !== undefined && field.unit !== undefined && unit !== field.unit ? convert(value, unit, field.unit) : value;
    }
    case 'boolean':
      return BOOLEANS[text.toLowerCase()];
    case 'choice': {
      const found = Object.entries(field.options ?? {}).find(
        ([name, { en, zh }]) => name === text || en.toLowerCase() === text.toLowerCase() || zh === text,
      );
      return found?.[0];
    }
    case 'date':
      return cell instanceof Date ? cell.toISOString().slice(0, 10) : text;
    case 'time':
      return cell instanceof Date ? cell.toISOString() : text;
    case 'list':
      try {
        return typeof cell === 'object' ? cell : (JSON.parse(text) as unknown);
      } catch {
        return undefined;
      }
    default:
      return text;
  }
}
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  是: true,
  false: false,
  no: false,
  '0': false,
  否: false,
};
const textOf = (cell: unknown): string =>
  cell === undefined || cell === null
    ? ''
    : cell instanceof Date
      ? cell.toISOString()
      : typeof cell === 'object'
        ? JSON.stringify(cell)
        : String(cell).trim();

function sayWrong({ type, options }: RecordField, text: string): { en: string; zh: string } {
  const choices = (language: 'en' | 'zh') => Object.values(options ?? {}).map((one) => one[language]);
  const right: { en: string; zh: string } | undefined = {
    number: { en: 'a number, such as 6.2', zh: '数字，例如 6.2' },
    integer: { en: 'a whole number', zh: '整数' },
    boolean: { en: 'yes or no', zh: '是或否' },
    choice: { en: `one of ${choices('en').join(', ')}`, zh: `以下之一：${choices('zh').join('、')}` },
    list: { en: 'a list in JSON', zh: 'JSON 列表' },
  }[type as string];
  return { en: `“${text}” is not ${right?.en ?? type}.`, zh: `“${text}”不是${right?.zh ?? type}。` };
}
