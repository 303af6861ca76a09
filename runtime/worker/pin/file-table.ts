/** Pure of database and isolate: runs in a thread of its own, since a file of a million rows takes seconds to read. */
import { cellTime, cellValue } from '#blocks/connectors/file-drop/cell.ts';
import { type Records, readRecords } from '#blocks/connectors/file-drop/records.ts';
import { quality } from '#runtime/batch/quality.ts';
import type { ColumnType } from '#runtime/batch/schema.ts';
import { type InputTable, parseHeader } from '#runtime/files/table.ts';
import { type FileColumn, type FileFacts, PIN_LIMITS, type PinFile } from '#runtime/replay/pin.ts';

export class FileRefused extends Error {
  readonly code: string;
  readonly zh: string;
  constructor(code: string, en: string, zh: string) {
    super(en);
    this.code = code;
    this.zh = zh;
  }
}

/** A role with the type that its values must have. */
export interface WantedRole {
  readonly name: string;
  readonly type: ColumnType;
}
export interface FileTables {
  readonly tables: ReadonlyMap<string, InputTable>;
  readonly rows: number;
  /** Cells that are none of their role's type; they came as bad. */
  readonly badCells: number;
}

const SAMPLES = 3;
/** Rows that are looked at to say what a column is. */
const LOOKED = 200;
const MISSING = quality('bad', 'missing');

/** What is in the file, for a person to say which column is what. */
export async function fileFacts(name: string, bytes: Buffer): Promise<FileFacts> {
  const { columns, rows, refused, zoneless } = await readRecords(name, bytes, 'auto');
  const [first] = refused;
  return {
    rows: rows.length,
    columns: columns.map((column): FileColumn => {
      const cells = rows.slice(0, LOOKED).flatMap(({ cells }) => (isEmpty(cells[column]) ? [] : [cells[column]]));
      const { unit } = parseHeader(column);
      return {
        name: column,
        ...(unit === undefined ? {} : { unit }),
        kind: kindOf(column, cells, zoneless === true),
        sample: cells.slice(0, SAMPLES).map((cell) => (cell instanceof Date ? cell.toISOString() : String(cell))),
      };
    }),
    refused: { count: refused.length, ...(first ? { line: first.line, reason: first.reason } : {}) },
  };
}

function kindOf(name: string, cells: readonly unknown[], zoneless: boolean): FileColumn['kind'] {
  if (cells.length === 0) return 'text';
  // A number of milliseconds is a time only where the heading says so: a pressure is none.
  const named = /time|date|时间|日期|时刻|stamp/i.test(name);
  const times = cells.every((cell) => cellTime(cell, 0, zoneless) !== undefined);
  const numbers = cells.every((cell) => typeof cellValue(cell, 'number') === 'number');
  if (times && (named || !numbers)) return 'time';
  return numbers ? 'number' : 'text';
}

/** The columns that were chosen, each as the input of its role, in the order of time. */
export async function fileTables(
  bytes: Buffer,
  { name, key, columns }: PinFile & { readonly columns: NonNullable<PinFile['columns']> },
  wanted: readonly WantedRole[],
): Promise<FileTables> {
  const records = await readRecords(name, bytes, 'auto');
  const order = inOrder(records, columns);
  const mapped = wanted.flatMap((role) => (columns.roles[role.name] ? [{ ...role, ...columns.roles[role.name] }] : []));
  const values = order.time.length * mapped.length;
  if (values > PIN_LIMITS.rows)
    throw new FileRefused(
      'pin.rows',
      `The file has ${values} values for the roles; at most ${PIN_LIMITS.rows} are held. Take a part of it.`,
      `文件中角色对应的数值共 ${values} 个，最多可固定 ${PIN_LIMITS.rows} 个。请截取一部分。`,
    );
  let badCells = 0;
  const keys = new Array<string>(order.time.length).fill(key);
  const tables = new Map<string, InputTable>();
  for (const { name: role, type, column = '', unit } of mapped) {
    const codes = new Uint8Array(order.rows.length);
    const cells = order.rows.map((row, at) => {
      const cell = records.rows[row]?.cells[column];
      const value = isEmpty(cell) ? undefined : cellValue(cell, valueType(type));
      if (value === undefined) {
        codes[at] = MISSING;
        if (!isEmpty(cell)) badCells++;
      }
      return value;
    });
    const numeric = type !== 'text';
    tables.set(role, {
      file: name,
      n: cells.length,
      time: order.time,
      key: keys,
      columns: {
        value: {
          type,
          ...(unit === undefined ? {} : { unit }),
          values: numeric ? Float64Array.from(cells, (cell) => (cell === undefined ? Number.NaN : Number(cell))) : cells,
          quality: codes,
        },
      },
    });
  }
  return { tables, rows: order.time.length, badCells };
}

const valueType = (type: ColumnType) => (type === 'boolean' || type === 'text' ? type : 'number');
const isEmpty = (cell: unknown): boolean => cell === undefined || cell === null || cell === '';

/** Rows with a time, ascending; a file that is not in order is put in order. */
function inOrder({ rows, zoneless }: Records, { time, offsetMinutes }: NonNullable<PinFile['columns']>) {
  const found: { row: number; time: number }[] = [];
  for (const [row, { cells, line }] of rows.entries()) {
    const at = cellTime(cells[time], offsetMinutes, zoneless);
    if (at !== undefined) found.push({ row, time: at });
    else if (found.length === 0 && row > LOOKED)
      throw new FileRefused(
        'pin.time',
        `Line ${line}: “${String(cells[time])}” in the column “${time}” is no time. Choose the column that has the time: ISO 8601 or epoch milliseconds.`,
        `第 ${line} 行：“${time}”列的“${String(cells[time])}”不是时间。请选择时间列（ISO 8601 或毫秒时间戳）。`,
      );
  }
  if (found.length === 0)
    throw new FileRefused(
      'pin.time',
      `No row of the column “${time}” is a time. Choose the column that has the time: ISO 8601 or epoch milliseconds.`,
      `“${time}”列没有任何可识别的时间。请选择时间列（ISO 8601 或毫秒时间戳）。`,
    );
  found.sort((a, b) => a.time - b.time || a.row - b.row);
  return { rows: found.map(({ row }) => row), time: Float64Array.from(found, (one) => one.time) };
}
