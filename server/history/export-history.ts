import type { z } from 'zod';
import { type ExportedSignal, historyTable } from '#runtime/files/history-table.ts';
import type { SinkFormat } from '#runtime/files/sink-formats.ts';
import { openTableSink } from '#runtime/files/table-sink.ts';
import { readSamples } from '#runtime/historian/query.ts';
import { failed } from './errors.ts';
import type { exportInput } from './export-csv.ts';
import type { InTenant } from './live-values.ts';
import { readLog } from './log-reader.ts';
import { checkWindow } from './read-trend.ts';
import { requireSignals } from './signals.ts';

interface Wish extends z.output<typeof exportInput> {
  readonly format: Exclude<SinkFormat, 'csv'>;
}

/** One piece of this much time is in memory at once. */
const SLICE_MS = 6 * 3_600_000;
/** Of a format that is held until its end. */
const MOST_ROWS = 5_000_000;

/**
 * Every sample of the window as a file for programs: time, key (the signal), value with its unit, quality and origin. Text is sent while it is read; Parquet and Arrow
 * come when all is read, and are refused beyond five million samples.
 */
export async function* exportHistory(tenant: InTenant, orgId: string, input: Wish): AsyncGenerator<Uint8Array> {
  checkWindow(input);
  const found = await tenant((tx) => requireSignals(tx, orgId, input.ids));
  const signals: ExportedSignal[] = found.map(({ id, kind, name, of, type, unit }) => ({
    id,
    type,
    unit,
    name: kind === 'tag' ? name : `${of}/${name}`,
  }));
  const sink = openTableSink(historyTable('export', signals, new Map()), input.format);
  const whole = input.format === 'parquet' || input.format === 'arrow';
  let rows = 0;
  for (let from = input.from; from < input.to; from += SLICE_MS) {
    const window = { from, to: Math.min(from + SLICE_MS, input.to) };
    const read = await tenant((tx) => readSamples({ tx, orgId, readLog }, input.ids, window));
    const table = historyTable('export', signals, read);
    rows += table.n;
    if (whole && rows > MOST_ROWS) throw failed('history.export-size', { limit: String(MOST_ROWS) });
    if (table.n === 0) continue;
    const bytes = sink.write(table);
    if (bytes.length > 0) yield bytes;
  }
  yield sink.close();
}
