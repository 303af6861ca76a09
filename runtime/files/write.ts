import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { WireSchema } from '#runtime/batch/schema.ts';
import type { OutputRows, ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import { joinTables } from './cells.ts';
import { type InputTable, isNumeric } from './table.ts';
import { csvHeader, csvRows, jsonRows } from './text.ts';

/** What a table can be written as; what is written is read back as it was. */
export const TABLE_FORMATS = ['csv', 'json', 'jsonl', 'parquet', 'arrow'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A whole table as the bytes of a file. */
export async function writeTable(table: InputTable, format: TableFormat): Promise<Uint8Array> {
  switch (format) {
    case 'csv':
      return new TextEncoder().encode(csvHeader(table) + csvRows(table));
    case 'json':
      return new TextEncoder().encode(`[${[...jsonRows(table)].join(',\n')}]\n`);
    case 'jsonl':
      return new TextEncoder().encode([...jsonRows(table)].map((row) => `${row}\n`).join(''));
    case 'parquet':
      return (await import('./parquet.ts')).writeParquet(table);
    case 'arrow':
      return (await import('./arrow.ts')).writeArrow(table);
  }
}

/**
 * The files of a run (semantics, section 10): every named output as `<output>.<format>` (time, key, columns with units, quality beside each
 * measured column), alarms and captured effects as JSON lines. Text is written as the run goes on.
 */
export function openRunFiles(folder: string, info: ProgramInfo, format: TableFormat = 'csv') {
  const outputs = info.outputs.map((output) => openOutput(path.join(folder, `${output.name}.${format}`), output.schema, format));
  const alarms = open(path.join(folder, 'alarms.jsonl'));
  const effects = open(path.join(folder, 'effects.jsonl'));
  return {
    take(result: StepResult): void {
      for (const rows of result.outputs) outputs[rows.output]?.take(rows);
      for (const { row: _, time, ...alarm } of result.alarms) alarms.write(line({ time: iso(time), ...alarm }));
      for (const { row: _, time, ...effect } of result.effects) effects.write(line({ time: iso(time), ...effect }));
    },
    async close(): Promise<void> {
      for (const output of outputs) await output.close();
      for (const file of [alarms, effects]) {
        file.end();
        await finished(file);
      }
    },
  };
}

function openOutput(file: string, schema: WireSchema, format: TableFormat) {
  const tableOf = (rows: OutputRows) => outputTable(file, schema, rows);
  if (format === 'csv') {
    const stream = open(file);
    stream.write(csvHeader(tableOf(NONE)));
    return { take: (rows: OutputRows) => stream.write(csvRows(tableOf(rows))), close: () => closed(stream) };
  }
  if (format === 'jsonl') {
    const stream = open(file);
    const take = (rows: OutputRows) => {
      for (const row of jsonRows(tableOf(rows))) stream.write(`${row}\n`);
    };
    return { take, close: () => closed(stream) };
  }
  // These formats say at their end where everything is, so their tables are held until then.
  const held: InputTable[] = [];
  return {
    take: (rows: OutputRows) => void held.push(tableOf(rows)),
    close: async () => writeFile(file, await writeTable(held.length > 0 ? joinTables(held) : tableOf(NONE), format)),
  };
}

const NONE: OutputRows = {
  output: 0,
  n: 0,
  row: new Int32Array(0),
  time: new Float64Array(0),
  key: [],
  columns: [],
  quality: [],
};

/** Rows of a named output as a table; of a frame, each column holds one list per row, which a file holds as JSON. */
export function outputTable(file: string, schema: WireSchema, rows: OutputRows): InputTable {
  return {
    file,
    n: rows.n,
    time: rows.time,
    key: rows.key,
    columns: Object.fromEntries(
      Object.entries(schema.columns).map(([name, { type, unit, scale }], at) => {
        const frame = schema.kind === 'frame';
        const values = rows.columns[at] ?? [];
        const quality = rows.quality[at];
        return [
          name,
          {
            type: frame ? ('json' as const) : type,
            ...(unit === undefined ? {} : { unit }),
            ...(scale === undefined ? {} : { scale }),
            values:
              values instanceof Float64Array || frame || !isNumeric(type)
                ? (values as unknown[])
                : Float64Array.from(values as number[]),
            ...(quality ? { quality } : {}),
          },
        ];
      }),
    ),
  };
}

const open = (file: string): WriteStream => createWriteStream(file);
async function closed(stream: WriteStream): Promise<void> {
  stream.end();
  await finished(stream);
}
const iso = (time: number) => new Date(time).toISOString();
const line = (value: unknown) => `${JSON.stringify(value)}\n`;
