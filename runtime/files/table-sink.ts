import { type RecordBatch, Table, tableToIPC } from 'apache-arrow';
import { recordBatch } from './arrow.ts';
import { arrowSchema, shapeOf } from './arrow-schema.ts';
import { parquetSink } from './parquet.ts';
import type { SinkFormat } from './sink-formats.ts';
import type { InputTable } from './table.ts';
import { csvHeader, csvRows, jsonRows } from './text.ts';

/** Takes tables of one shape, one behind the other, and gives the bytes of one file. */
export interface TableSink {
  /** What can be sent at once: text. Parquet and Arrow say at their end where everything is, so their bytes come with `close`. */
  write(table: InputTable): Uint8Array;
  close(): Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** `like`: a table of the shape of all that follow, maybe without rows. */
export function openTableSink(like: InputTable, format: SinkFormat): TableSink {
  const encode = (text: string) => new TextEncoder().encode(text);
  if (format === 'csv') {
    let head = csvHeader(like);
    const take = (rows: string) => {
      const bytes = encode(head + rows);
      head = '';
      return bytes;
    };
    return { write: (table) => take(csvRows(table)), close: () => take('') };
  }
  if (format === 'jsonl')
    return { write: (table) => encode([...jsonRows(table)].map((row) => `${row}\n`).join('')), close: () => NOTHING };
  if (format === 'parquet') {
    const sink = parquetSink(shapeOf(like));
    return {
      write(table) {
        if (table.n > 0) sink.write(table);
        return NOTHING;
      },
      close: () => sink.close(),
    };
  }
  // words as they are: a dictionary would have to be the same in every batch
  const schema = arrowSchema(shapeOf(like), false);
  const batches: RecordBatch[] = [];
  return {
    write(table) {
      if (table.n > 0) batches.push(recordBatch(table, schema));
      return NOTHING;
    },
    close: () => tableToIPC(new Table(schema, batches), 'file'),
  };
}
