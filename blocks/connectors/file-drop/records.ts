import { CsvError, parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ConnectorError } from '#blocks/sdk/connector.ts';
import { readXlsx } from './xlsx.ts';

export type Encoding = 'auto' | 'utf-8' | 'gb18030';
export interface Records {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: Readonly<Record<string, unknown>> }[];
  /** Rows that are none, with their reasons. */
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  /** Its dates have no zone: they read as if they were in UTC. */
  readonly zoneless?: boolean;
}

const unreadable = (code: string, en: string, zh: string) => new ConnectorError('data', code, { en, zh });

/** The rows of one file, by the end of its name; throws what makes the whole of it unreadable. */
export async function readRecords(name: string, bytes: Buffer, encoding: Encoding): Promise<Records> {
  const end = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  if (end === 'csv' || end === 'txt' || end === 'tsv') return csv(textOf(bytes, encoding));
  if (end === 'jsonl' || end === 'ndjson') return jsonLines(textOf(bytes, encoding));
  if (end === 'json') return json(textOf(bytes, encoding));
  if (end === 'parquet') return parquet(bytes);
  if (end === 'xlsx') return { ...(await readXlsx(bytes)), refused: [], zoneless: true };
  throw unreadable(
    'file.format',
    `“${name}” ends in none of .csv, .tsv, .txt, .xlsx, .json, .jsonl, .parquet.`,
    `“${name}”的扩展名不是 .csv、.tsv、.txt、.xlsx、.json、.jsonl、.parquet 之一。`,
  );
}

/** UTF-8 where the bytes are that (with or without mark), else GB 18030, in which Chinese machines and Excel write. */
function textOf(bytes: Buffer, encoding: Encoding): string {
  const tries = encoding === 'auto' ? (['utf-8', 'gb18030'] as const) : [encoding];
  for (const one of tries) {
    try {
      return new TextDecoder(one, { fatal: true }).decode(bytes);
    } catch {
      // the next, or told below
    }
  }
  throw unreadable(
    'file.encoding',
    `The file is not in ${tries.join(' or ')}. Choose its encoding in the connection.`,
    `文件编码不是 ${tries.join(' 或 ')}。请在连接设置中选择编码。`,
  );
}

/** The separator is the one of comma, semicolon and tab that the first line has most of. */
function csv(text: string): Records {
  const [first = ''] = text.split(/\r?\n/, 1);
  const delimiter = [',', ';', '\t'].toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  let all: { record: string[]; info: { lines: number } }[];
  try {
    all = parse(text, {
      bom: true,
      info: true,
      delimiter,
      skip_empty_lines: true,
      relax_column_count: true,
    }) as unknown as typeof all;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable('file.csv', `The file is no CSV: ${error.message}`, `文件不是有效的 CSV：${error.message}`);
  }
  const [header, ...body] = all;
  if (!header) throw unreadable('file.empty', 'The file is empty.', '文件为空。');
  const columns = header.record.map((name) => name.trim());
  const refused: { line: number; reason: string }[] = [];
  const rows = body.flatMap(({ record, info }) => {
    if (record.length === columns.length)
      return [{ line: info.lines, cells: Object.fromEntries(columns.map((name, i) => [name, record[i]])) }];
    refused.push({ line: info.lines, reason: `${record.length} cells, the header has ${columns.length}` });
    return [];
  });
  return { columns, rows, refused };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function recordsOf(list: readonly { readonly line: number; readonly value: unknown; readonly reason?: string }[]): Records {
  const rows = list.flatMap(({ line, value }) => (isObject(value) ? [{ line, cells: value }] : []));
  const refused = list.flatMap(({ line, value, reason }) =>
    isObject(value) ? [] : [{ line, reason: reason ?? 'no JSON object' }],
  );
  return { columns: [...new Set(rows.slice(0, 100).flatMap(({ cells }) => Object.keys(cells)))], rows, refused };
}

function jsonLines(text: string): Records {
  const lines = text.split('\n').flatMap((one, i) => {
    if (one.trim() === '') return [];
    try {
      return [{ line: i + 1, value: JSON.parse(one) as unknown }];
    } catch (error) {
      return [{ line: i + 1, value: undefined, reason: error instanceof Error ? error.message : String(error) }];
    }
  });
  return recordsOf(lines);
}

function json(text: string): Records {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw unreadable('file.json', `The file is no JSON: ${said}`, `文件不是有效的 JSON：${said}`);
  }
  return recordsOf((Array.isArray(data) ? data : [data]).map((value, i) => ({ line: i + 1, value })));
}

async function parquet(bytes: Buffer): Promise<Records> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const rows = await parquetReadObjects({ file, compressors });
    return recordsOf(rows.map((value, i) => ({ line: i + 1, value })));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw unreadable('file.parquet', `The file is no Parquet: ${said}`, `文件不是有效的 Parquet：${said}`);
  }
}
