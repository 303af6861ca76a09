import { type Schema, Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import { parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { WireSchema } from '#runtime/batch/schema.ts';
import { cellsOf } from './arrow.ts';
import { arrowSchema, headerOf, shapeOf, type TableShape } from './arrow-schema.ts';
import { InputError } from './input-error.ts';
import { type InputTable, parseHeader, TableBuilder } from './table.ts';

/** Where Arrow's own writers keep the fields with their metadata, as a schema message in base64; so units are found by any of them. */
const ARROW_SCHEMA = 'ARROW:schema';
/** Digits that a decimal may have when it is read through a binary float. */
const EXACT_DIGITS = 15;

/** Times to the microsecond; one without a zone is refused, as it is everywhere. */
const parsers = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  timestampFromMicroseconds: (us: bigint) => Number(us) / 1000,
  timestampFromNanoseconds: (ns: bigint) => Number(ns / 1000n) / 1000,
  dateFromDays: (days: number) => days * 86_400_000,
};

export async function readParquet(file: string, bytes: Uint8Array, schema: WireSchema, defaultKey: string): Promise<InputTable> {
  const buffer = Uint8Array.from(bytes).buffer;
  const { leaves, fields, body } = await (async () => {
    try {
      const metadata = await parquetMetadataAsync(buffer);
      const told = metadata.key_value_metadata?.find((one) => one.key === ARROW_SCHEMA)?.value;
      return {
        leaves: metadata.schema.slice(1).filter((one) => one.num_children === undefined),
        fields: told === undefined ? undefined : arrowFields(told),
        body: await parquetReadObjects({ file: buffer, metadata, compressors, parsers: parsers as never }),
      };
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError('input.bad-parquet', error instanceof Error ? error.message : String(error), { file });
    }
  })();
  const headers = leaves.map(({ name }) => {
    const field = fields?.fields.find((one) => one.name === name);
    return field ? headerOf(field, parseHeader(name)) : parseHeader(name);
  });
  const element = new Map(leaves.map((one, at) => [headers[at]?.name ?? one.name, one]));
  for (const [name, one] of element)
    if (name === 'time' || schema.columns[name]) check(file, one, name === 'time' ? 'time' : schema.columns[name]?.type);
  const table = new TableBuilder(file, schema, headers, defaultKey);
  for (const [i, row] of body.entries())
    table.add(i + 1, (name) => {
      const one = element.get(name);
      return one && cell(row[one.name], one);
    });
  return table.build();
}

function check(file: string, { name, logical_type, converted_type, precision }: SchemaElement, type: string | undefined): void {
  if (logical_type?.type === 'TIMESTAMP' && !logical_type.isAdjustedToUTC)
    throw new InputError('input.bad-time', 'its times have no zone; save the column as timestamp in UTC', {
      file,
      line: 1,
      column: name,
    });
  if (type === 'decimal' && converted_type === 'DECIMAL' && (precision ?? 0) > EXACT_DIGITS)
    throw new InputError('input.bad-value', `decimals of ${precision} digits are not read exactly; save them as text`, {
      file,
      line: 1,
      column: name,
    });
}

function cell(value: unknown, { converted_type, scale }: SchemaElement): unknown {
  if (converted_type === 'DECIMAL' && typeof value === 'number') return value.toFixed(scale ?? 0);
  return value;
}

/** The fields that an Arrow writer kept; what cannot be read is as if it were not there. */
function arrowFields(base64: string): Schema | undefined {
  try {
    return tableFromIPC(Buffer.from(base64, 'base64')).schema;
  } catch {
    // Only metadata are lost by it; the values are read all the same.
    return undefined;
  }
}

/** Appends tables of one shape as row groups. */
export function parquetSink(shape: TableShape) {
  const writer = new ByteWriter();
  const arrow = arrowSchema(shape, false);
  const schema: SchemaElement[] = [
    { name: 'root', num_children: arrow.fields.length, repetition_type: 'REQUIRED' },
    ...arrow.fields.map(
      (field): SchemaElement => ({ ...elementOf(String(field.type)), name: field.name, repetition_type: 'OPTIONAL' }),
    ),
  ];
  const parquet = new ParquetWriter({
    writer,
    schema,
    createdBy: 'millwright',
    kvMetadata: [{ key: ARROW_SCHEMA, value: Buffer.from(schemaMessage(arrow)).toString('base64') }],
  });
  return {
    write(table: InputTable): void {
      const rows = Array.from({ length: table.n }, (_, row) => row);
      parquet.write({ columnData: arrow.fields.map(({ name }) => ({ name, data: rows.map(cellsOf(table, name)) })) });
    },
    close(): Uint8Array {
      parquet.finish();
      return new Uint8Array(writer.getBuffer());
    },
  };
}

function elementOf(type: string): Omit<SchemaElement, 'name'> {
  if (type.startsWith('Timestamp'))
    return {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    };
  if (type === 'Float64') return { type: 'DOUBLE' };
  if (type === 'Int64') return { type: 'INT64' };
  if (type === 'Bool') return { type: 'BOOLEAN' };
  return { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
}

/** The message of the schema alone: a stream without batches, cut before its end mark. */
function schemaMessage(schema: Schema): Uint8Array {
  const stream = tableToIPC(new Table(schema), 'stream');
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return stream.subarray(0, 8 + length);
}

/** A whole table as a Parquet file. */
export function writeParquet(table: InputTable): Uint8Array {
  const sink = parquetSink(shapeOf(table));
  sink.write(table);
  return sink.close();
}
