import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  CompressionType,
  compressionRegistry,
  DataType,
  type Field,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  Table,
  type Timestamp,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import type { WireSchema } from '#runtime/batch/schema.ts';
import { arrowSchema, headerOf, shapeOf } from './arrow-schema.ts';
import { microseconds, originAt, qualityAt, textOf, valueAt } from './cells.ts';
import { InputError } from './input-error.ts';
import { type InputTable, parseHeader, TableBuilder } from './table.ts';

// Buffers may be compressed one by one; LZ4 frames are not among what this platform's runtime reads.
compressionRegistry.set(CompressionType.ZSTD, {
  encode: (data) => new Uint8Array(zstdCompressSync(data)),
  decode: (data) => new Uint8Array(zstdDecompressSync(data)),
});

/** Arrow IPC, as a file or as a stream: units and origins from the fields' metadata. */
export function readArrow(file: string, bytes: Uint8Array, schema: WireSchema, defaultKey: string): InputTable {
  const table = opened(file, bytes);
  const fields = table.schema.fields.map((field) => ({ field, header: headerOf(field, parseHeader(field.name)) }));
  for (const { field, header } of fields)
    if (header.name === 'time' || schema.columns[header.name]?.type === 'time') requireZone(file, field);
  const builder = new TableBuilder(
    file,
    schema,
    fields.map(({ header }) => header),
    defaultKey,
  );
  const columns = new Map(fields.map(({ field, header }, at) => [header.name, { field, vector: table.getChildAt(at) }]));
  try {
    for (let row = 0; row < table.numRows; row++)
      builder.add(row + 1, (name) => {
        const column = columns.get(name);
        return column && plainValue(column.vector?.get(row), column.field.type);
      });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('input.bad-arrow', why(error), { file });
  }
  return builder.build();
}

function opened(file: string, bytes: Uint8Array): Table {
  try {
    const table = tableFromIPC(bytes);
    if (table.schema.fields.length === 0) throw new Error('it has no schema');
    return table;
  } catch (error) {
    throw new InputError('input.bad-arrow', why(error), { file });
  }
}

function why(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/codec|compress/i.test(said))
    return 'its buffers are compressed in a way that is not read; save it uncompressed or with zstd';
  return `it is no whole Arrow IPC file or stream: ${said}`;
}

function requireZone(file: string, { name, type }: Field): void {
  if (!DataType.isTimestamp(type) || (type as Timestamp).timezone) return;
  const right = 'save the column as timestamp with tz="UTC"';
  throw new InputError('input.bad-time', `its times have no zone; ${right}`, { file, line: 1, column: name });
}

/** What a cell of a file is for `TableBuilder`: numbers, texts, flags; decimals as exact text. */
function plainValue(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null;
  if (DataType.isDecimal(type)) return decimalText(value as Uint32Array, type.scale);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'object' && 'toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  return value;
}

/** Two's complement of 128 bits, little-endian. */
function decimalText(words: Uint32Array, scale: number): string {
  let number = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  if ((words.at(-1) ?? 0) >= 0x80000000) number -= 1n << BigInt(32 * words.length);
  const digits = String(number < 0n ? -number : number).padStart(scale + 1, '0');
  const text = scale > 0 ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits;
  return number < 0n ? `-${text}` : text;
}

/** A table as one record batch of `schema` (`arrowSchema` of its shape). */
export function recordBatch(table: InputTable, schema: Schema): RecordBatch {
  const rows = Array.from({ length: table.n }, (_, row) => row);
  const children = schema.fields.map(({ name, type }) => {
    const cells = rows.map(cellsOf(table, name));
    return DataType.isTimestamp(type) ? timestamps(type, cells) : vectorFromArray(cells, type).data[0];
  });
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: table.n, nullCount: 0, children: children as never[] }),
  );
}

/** Arrow's own builder takes milliseconds and drops what is finer. */
function timestamps(type: Timestamp, cells: readonly unknown[]) {
  const data = BigInt64Array.from(cells, (cell) => (typeof cell === 'bigint' ? cell : 0n));
  const nullBitmap = new Uint8Array(Math.ceil(cells.length / 64) * 8);
  let nullCount = 0;
  cells.forEach((cell, row) => {
    if (cell === null) nullCount++;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  });
  return makeData({ type, length: cells.length, nullCount, nullBitmap, data });
}

/** The cells of a field by row, as Arrow's builders take them. */
export function cellsOf(table: InputTable, field: string): (row: number) => unknown {
  if (field === 'time') return (row) => microseconds(table.time[row] ?? 0);
  if (field === 'key') return (row) => table.key[row] ?? '';
  const column = table.columns[field];
  if (column) {
    const { type } = column;
    if (type === 'number' || type === 'boolean') return (row) => valueAt(column, row);
    if (type === 'integer')
      return (row) => {
        const value = valueAt(column, row);
        return value === null ? null : BigInt(value as number);
      };
    if (type === 'time')
      return (row) => {
        const value = valueAt(column, row);
        return value === null ? null : microseconds(value as number);
      };
    return (row) => textOf(valueAt(column, row), type);
  }
  const quality = table.columns[field.replace(/\.quality$/, '')];
  if (quality && field.endsWith('.quality')) return (row) => qualityAt(quality, row);
  const origin = table.columns[field.replace(/\.origin$/, '')];
  return (row) => (origin ? originAt(origin, row) : null);
}

/** A whole table as an Arrow IPC file. */
export function writeArrow(table: InputTable): Uint8Array {
  const schema = arrowSchema(shapeOf(table), true);
  return tableToIPC(new Table(schema, [recordBatch(table, schema)]), 'file');
}
