import { jsonText, originAt, qualityAt, valueAt } from './cells.ts';
import type { InputColumn, InputTable } from './table.ts';

/** Header of a table as text: units in brackets, quality beside each column, origin where it is known row by row. */
export const textHeader = ({ columns }: Pick<InputTable, 'columns'>): string[] => [
  'time',
  'key',
  ...Object.entries(columns).flatMap(([name, { unit, origin }]) => [
    unit ? `${name} [${unit}]` : name,
    `${name}.quality`,
    ...(originColumn(origin) ? [`${name}.origin`] : []),
  ]),
];
/** A text file has no place to say it once. */
const originColumn = (origin: InputColumn['origin']): boolean => origin !== undefined;

export const csvHeader = (table: Pick<InputTable, 'columns'>): string => `${textHeader(table).map(quote).join()}\n`;

export function csvRows(table: InputTable): string {
  const columns = Object.values(table.columns);
  let text = '';
  for (let row = 0; row < table.n; row++) {
    const cells = [iso(table.time[row] ?? 0), quote(table.key[row] ?? '')];
    for (const column of columns) {
      cells.push(cellText(column, row), qualityAt(column, row));
      if (originColumn(column.origin)) cells.push(originAt(column, row) ?? '');
    }
    text += `${cells.join()}\n`;
  }
  return text;
}

/** One JSON object a row, its fields named as the header. */
export function* jsonRows(table: InputTable): Generator<string> {
  const header = textHeader(table);
  const columns = Object.values(table.columns);
  for (let row = 0; row < table.n; row++) {
    const cells: unknown[] = [iso(table.time[row] ?? 0), table.key[row] ?? ''];
    for (const column of columns) {
      const value = valueAt(column, row);
      cells.push(column.type === 'time' && value !== null ? iso(value as number) : value, qualityAt(column, row));
      if (originColumn(column.origin)) cells.push(originAt(column, row));
    }
    yield jsonText(Object.fromEntries(header.map((name, at) => [name, cells[at]])));
  }
}

/** To the microsecond where there are any. */
export function iso(time: number): string {
  const micros = Math.round(time * 1000);
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  const rest = ((micros % 1000) + 1000) % 1000;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

function cellText(column: InputColumn, row: number): string {
  const value = valueAt(column, row);
  if (value === null) return '';
  if (typeof value === 'number') return column.type === 'time' ? iso(value) : String(value);
  if (typeof value === 'boolean') return String(value);
  return quote(typeof value === 'string' ? value : jsonText(value));
}

/** RFC 4180: quoted where a comma, quote or line break is inside. */
const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
