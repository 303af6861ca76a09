import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import type { WireSchema } from '#runtime/batch/schema.ts';
import { InputError } from './input-error.ts';
import { type InputTable, parseHeader, parseTime, TableBuilder } from './table.ts';

/** Largest file read whole; more belongs to the historian. */
const MAX_BYTES = 1024 ** 3;

/**
 * Reads one input of `mw run` or of a proof (semantics, section 10): CSV, JSON, JSONL, Parquet or Arrow IPC with `time`, optional
 * `key`, `<column>.quality` and `<column>.origin`, units in brackets or in the fields' metadata; or a folder of waveforms named `<time>@<samples per second>.f32`. Rows without a key get
 * `defaultKey`. Throws `InputError`.
 */
export async function readInput(file: string, schema: WireSchema, defaultKey: string): Promise<InputTable> {
  const facts = await stat(file).catch(() => {
    throw new InputError('input.not-found', 'there is no such file or folder', { file });
  });
  if (facts.isDirectory()) return readWaves(file, schema, defaultKey);
  if (facts.size > MAX_BYTES)
    throw new InputError('input.too-large', `the file has ${facts.size} bytes, at most ${MAX_BYTES} are read`, { file });
  return readBytes(file, new Uint8Array(await readFile(file)), schema, defaultKey);
}

/** The same of bytes that are at hand already; the format is told by the end of the name. */
export async function readBytes(file: string, bytes: Uint8Array, schema: WireSchema, defaultKey: string): Promise<InputTable> {
  switch (path.extname(file).toLowerCase()) {
    case '.csv':
      return readCsv(file, textOf(file, bytes), schema, defaultKey);
    case '.jsonl':
    case '.ndjson':
      return readJsonl(file, textOf(file, bytes), schema, defaultKey);
    case '.json':
      return readJson(file, textOf(file, bytes), schema, defaultKey);
    // Loaded when first needed: most runs read text.
    case '.parquet':
      return (await import('./parquet.ts')).readParquet(file, bytes, schema, defaultKey);
    case '.arrow':
    case '.arrows':
    case '.feather':
    case '.ipc':
      return (await import('./arrow.ts')).readArrow(file, bytes, schema, defaultKey);
    default:
      throw new InputError(
        'input.unknown-format',
        'the name must end in .csv, .json, .jsonl, .parquet or .arrow, or be a folder of .f32 files',
        {
          file,
        },
      );
  }
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError('input.encoding', 'the file is not in UTF-8; save it as UTF-8', { file });
  }
}

/** CSV by RFC 4180, with the header in the first line. */
export function readCsv(file: string, text: string, schema: WireSchema, defaultKey: string): InputTable {
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    rows = parse(text, { bom: true, info: true, skip_empty_lines: true, relax_column_count: false }) as unknown as typeof rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError('input.bad-csv', error.message, {
      file,
      ...(typeof error.lines === 'number' ? { line: error.lines } : {}),
    });
  }
  const [first, ...body] = rows;
  if (!first) throw new InputError('input.empty', 'the file is empty; the first line names the columns', { file, line: 1 });
  const headers = first.record.map(parseHeader);
  const at = new Map(headers.map((h, i) => [h.name, i]));
  const table = new TableBuilder(file, schema, headers, defaultKey);
  for (const { record, info } of body)
    table.add(info.lines, (name) => {
      const i = at.get(name);
      return i === undefined ? undefined : record[i];
    });
  return table.build();
}

/** One JSON object a line; the columns of the first line are the header. */
export function readJsonl(file: string, text: string, schema: WireSchema, defaultKey: string): InputTable {
  const rows = text
    .split('\n')
    .flatMap((one, i) => (one.trim() === '' ? [] : [{ row: plainObject(parsed(one, file, i + 1), file, i + 1), line: i + 1 }]));
  if (rows.length === 0)
    throw new InputError('input.empty', 'the file is empty; each line is one JSON object', { file, line: 1 });
  return tableOfObjects(file, rows, schema, defaultKey);
}

/** A list of JSON objects; line of a refusal: its number in the list. */
export function readJson(file: string, text: string, schema: WireSchema, defaultKey: string): InputTable {
  const list = parsed(text, file);
  if (!Array.isArray(list))
    throw new InputError('input.bad-json', 'the file is no list of objects, such as [{"time": …, "value": …}]', {
      file,
      line: 1,
    });
  if (list.length === 0) throw new InputError('input.empty', 'the list is empty', { file, line: 1 });
  return tableOfObjects(
    file,
    list.map((row: unknown, i) => ({ row: plainObject(row, file, i + 1), line: i + 1 })),
    schema,
    defaultKey,
  );
}

function parsed(text: string, file: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new InputError('input.bad-json', said, { file, ...(line === undefined ? {} : { line }) });
  }
}

function plainObject(value: unknown, file: string, line: number): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InputError('input.bad-json', 'it is no JSON object', { file, line });
}

/** The columns of the first object are the header. */
function tableOfObjects(
  file: string,
  rows: readonly { row: Record<string, unknown>; line: number }[],
  schema: WireSchema,
  defaultKey: string,
): InputTable {
  const keys = Object.keys(rows[0]?.row ?? {});
  const names = new Map(keys.map((k) => [parseHeader(k).name, k]));
  const table = new TableBuilder(file, schema, keys.map(parseHeader), defaultKey);
  for (const { row, line } of rows) table.add(line, (name) => row[names.get(name) ?? name]);
  return table.build();
}

/** A folder of little-endian Float32 waveforms, `2026-01-05T00-00-00Z@48000.f32` or `<epoch ms>@48000.f32`. */
async function readWaves(folder: string, schema: WireSchema, defaultKey: string): Promise<InputTable> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.f32'));
  const files = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(path.join(folder, name)))] as const),
  );
  return readWaveFiles(folder, new Map(files), schema, defaultKey);
}

/** The same of files that are at hand already, by their names inside the folder. */
export function readWaveFiles(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  schema: WireSchema,
  defaultKey: string,
): InputTable {
  const column = Object.entries(schema.columns).find(([, c]) => c.type === 'wave')?.[0];
  if (!column) throw new InputError('input.no-wave', 'the role takes no waveforms, so its input is a file', { file: folder });
  const waves = [...files]
    .filter(([name]) => name.endsWith('.f32'))
    .map(([name, bytes]) => {
      const file = path.join(folder, name);
      const match = /^(.+)@(\d+(?:\.\d+)?)\.f32$/.exec(name);
      const time = parseTime(match?.[1]?.replace(/T(\d\d)-(\d\d)-(\d\d)/, 'T$1:$2:$3'));
      if (!match || time === undefined)
        throw new InputError(
          'input.bad-name',
          'the name must be <time>@<samples per second>.f32, such as 1767542400000@48000.f32',
          { file },
        );
      if (bytes.length % 4 !== 0)
        throw new InputError('input.bad-wave', `${bytes.length} bytes are no whole Float32 samples`, { file });
      return { time, wave: { t0: time, rate: Number(match[2]), values: float32(bytes) } };
    });
  if (waves.length === 0) throw new InputError('input.empty', 'the folder has no .f32 file', { file: folder });
  waves.sort((a, b) => a.time - b.time);
  const table = new TableBuilder(folder, schema, [{ name: 'time' }, { name: column }], defaultKey);
  for (const [i, { time, wave }] of waves.entries())
    table.add(i + 1, (name) => (name === 'time' ? time : name === column ? wave : undefined));
  return table.build();
}

function float32(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
