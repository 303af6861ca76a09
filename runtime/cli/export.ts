import { open } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, inArray } from 'drizzle-orm';
import { instance, organization, series, tag } from '#drizzle/schema/index.ts';
import { type ExportedSignal, historyTable } from '#runtime/files/history-table.ts';
import { SINK_FORMATS, type SinkFormat } from '#runtime/files/sink-formats.ts';
import { openTableSink } from '#runtime/files/table-sink.ts';
import { type HistoryReader, readSamples } from '#runtime/historian/query.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { windowOf } from './moment.ts';
import { Refused } from './outcome.ts';
import type { Product } from './product.ts';

export interface ExportOptions {
  readonly from: string;
  readonly to: string;
  readonly out: string;
  readonly format?: SinkFormat;
  readonly org?: string;
}
export interface ExportReport {
  readonly file: string;
  readonly format: SinkFormat;
  readonly signals: readonly string[];
  readonly samples: number;
  readonly bytes: number;
  readonly window: { readonly from: number; readonly to: number };
}

/** Signals of 1 s are a million rows in half a day. */
const ROWS = 1_000_000;
const DAY_MS = 86_400_000;
/** Parquet and Arrow are held until they are whole. */
const MOST_ROWS = 50_000_000;

/** `mw export`: every sample of tags and outputs over a window, as one file that `mw run --in`, pandas and DuckDB read. */
export async function exportRun(
  product: Product,
  names: readonly string[],
  options: ExportOptions,
  watching: { onProgress?(done: number): void; readonly signal?: AbortSignal } = {},
): Promise<ExportReport> {
  const window = windowOf(options.from, options.to);
  const format = options.format ?? formatOf(options.out);
  const { orgId, signals } = await findSignals(product, names, options.org);
  const file = await open(options.out, 'w').catch((error: Error) => {
    throw new Refused([`--out ${options.out}: ${error.message}`]);
  });
  const log = await openLogReader(product.url, { name: 'mw export' });
  const reader: HistoryReader = { tx: product.db, orgId, readLog: log.readAfter, dataFolder: product.dataFolder };
  const ids = signals.map((signal) => signal.id);
  const length = Math.min(DAY_MS, Math.max(3_600_000, (ROWS / ids.length) * 1000));
  const sink = openTableSink(historyTable(options.out, signals, new Map()), format);
  let samples = 0;
  let bytes = 0;
  const put = async (piece: Uint8Array) => {
    if (piece.length > 0) await file.writeFile(piece);
    bytes += piece.length;
  };
  try {
    for (let from = window.from; from < window.to; from += length) {
      if (watching.signal?.aborted) throw new Refused(['the export was cancelled; the file is not whole']);
      const slice = { from, to: Math.min(window.to, from + length) };
      const table = historyTable(options.out, signals, await readSamples(reader, ids, slice));
      samples += table.n;
      if (samples > MOST_ROWS && (format === 'parquet' || format === 'arrow'))
        throw new Refused([
          `more than ${MOST_ROWS} samples: export a shorter window, or csv or jsonl, which have no end to wait for`,
        ]);
      if (table.n > 0) await put(sink.write(table));
      watching.onProgress?.((slice.to - window.from) / (window.to - window.from));
    }
    await put(sink.close());
  } finally {
    await log.close();
    await file.close();
  }
  return { file: options.out, format, signals: signals.map((signal) => signal.name), samples, bytes, window };
}

function formatOf(file: string): SinkFormat {
  const end = path.extname(file).slice(1);
  const found = SINK_FORMATS.find((one) => one === end);
  if (!found)
    throw new Refused([
      `--out ${file}: its end says no format; call it ${SINK_FORMATS.map((one) => `*.${one}`).join(', ')}, or say --format`,
    ]);
  return found;
}

/** Names of tags, or `<asset>/<output>.<column>` for what apps compute. */
async function findSignals({ db }: Product, names: readonly string[], wanted: string | undefined) {
  const orgs = await db.select({ id: organization.id, slug: organization.slug, name: organization.name }).from(organization);
  const mine = orgs.filter((one) => wanted === undefined || [one.id, one.slug, one.name].includes(wanted)).map((one) => one.id);
  if (wanted !== undefined && mine.length === 0) throw new Refused([`--org ${wanted}: there is no such organization`]);
  const found: (ExportedSignal & { orgId: string })[] = [];
  for (const name of names) {
    const tags = await db
      .select({ id: tag.id, orgId: tag.orgId, type: tag.type, unit: tag.unit })
      .from(tag)
      .where(and(eq(tag.name, name), inArray(tag.orgId, mine)));
    const all = tags.length > 0 ? tags : await findOutputs(db, name, mine);
    const [one] = all;
    if (!one)
      throw new Refused([
        `${name}: there is no such tag, and no such output; an output is named <asset>/<output>.<column>, as in C-101/smooth.value`,
      ]);
    if (all.length > 1)
      throw new Refused([
        `${name}: there are several; say whose with --org: ${orgs.map((org) => org.slug ?? org.id).join(', ')}`,
      ]);
    found.push({ ...one, name });
  }
  const [first] = found;
  if (!first || found.some((one) => one.orgId !== first.orgId))
    throw new Refused(['the signals are of several organizations; export them one by one']);
  return { orgId: first.orgId, signals: found };
}

async function findOutputs(db: Product['db'], name: string, orgs: readonly string[]) {
  const [, key = '', output = '', column = '*'] = /^(.*)\/([^./]+)(?:\.([^.]+))?$/.exec(name) ?? [];
  if (output === '') return [];
  return db
    .select({ id: series.id, orgId: series.orgId, type: series.type, unit: series.unit })
    .from(series)
    .innerJoin(instance, eq(instance.id, series.instanceId))
    .where(and(eq(series.key, key), eq(series.output, output), eq(series.column, column), inArray(series.orgId, [...orgs])));
}

export const printExport = ({ file, format, signals, samples, bytes, window }: ExportReport): string =>
  `${file}: ${samples} samples of ${signals.length === 1 ? signals[0] : `${signals.length} signals`}, ${new Date(window.from).toISOString()} to ${new Date(window.to).toISOString()}, ${format}, ${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1)} MB`;
