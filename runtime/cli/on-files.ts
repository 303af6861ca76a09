import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { computing, modelsIn } from '#runtime/compute/answering.ts';
import { openComputePool } from '#runtime/compute/pool.ts';
import { readInput } from '#runtime/files/read.ts';
import type { InputTable } from '#runtime/files/table.ts';
import { parseTime } from '#runtime/files/table.ts';
import { openRunFiles, type TableFormat } from '#runtime/files/write.ts';
import { type Confirmations, modelAnswers } from '#runtime/replay/model-answers.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import { runTables } from '#runtime/replay/run-tables.ts';
import { inputsOf } from '#runtime/replay/tables.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { calendarDocument } from '#runtime/schedule/calendar.ts';
import type { Place } from '#runtime/schedule/due.ts';
import { isZone } from '#runtime/schedule/zone.ts';
import type { Program, ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import { Refused } from './outcome.ts';
import { splitPair } from './parameters.ts';

/** What every command that needs nothing but files is given. */
export interface FileOptions {
  /** `role=file` */
  readonly in: readonly string[];
  /** Model files beside those that lie with the graph. */
  readonly model: readonly string[];
  /** IANA time zone of schedules. */
  readonly zone?: string;
  /** File with the shifts of schedules. */
  readonly calendar?: string;
  readonly out?: string;
  /** Of the outputs that are written. */
  readonly format?: TableFormat;
  readonly key: string;
}

export interface FileRun {
  /** Epoch ms: the clock begins and ends there; without them with the first and last record. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Records from `from` on and before `until` alone. */
  readonly cut?: boolean;
  readonly confirm?: Confirmations;
  readonly signal?: AbortSignal;
  onResult?(result: StepResult): void;
  onProgress?(done: number): void;
}

/** A program on the files of its roles: the same step code as live, every effect captured. `beside`: where its models lie, a graph's file. */
export async function runOnFiles(
  program: Program,
  beside: string,
  options: FileOptions,
  how: FileRun = {},
): Promise<ReplayReport> {
  const { info } = program;
  const { from, until } = how;
  const tables = await readInputs(info, options);
  if (how.cut)
    for (const [role, table] of tables)
      tables.set(role, cutTable(table, from ?? Number.NEGATIVE_INFINITY, until ?? Number.POSITIVE_INFINITY));
  const place = await readPlace(options);
  if (options.out !== undefined) await mkdir(options.out, { recursive: true });
  const files = options.out === undefined ? undefined : openRunFiles(options.out, info, options.format);
  const pool = openComputePool({
    models: await modelsIn(await readModels(beside, options.model)),
    warn: (what, error) => console.error(`${what}: ${error}`),
  });
  const stepper = await createStepper(program, { seed: 1, timeoutMs: 60_000, hostDeadlineMs: 90_000 });
  try {
    const report = await runTables({
      info,
      stepper,
      tables,
      answering: modelAnswers(how.confirm ?? 'confirm', computing(pool, 'mw')),
      until,
      from,
      place,
      key: options.key,
      now: () => performance.now(),
      onResult(result) {
        files?.take(result);
        how.onResult?.(result);
      },
      ...(how.onProgress ? { onProgress: how.onProgress } : {}),
      ...(how.signal ? { signal: how.signal } : {}),
    });
    await files?.close();
    return report;
  } finally {
    stepper.dispose();
    await pool.close();
  }
}

/** Rows with `from` <= time < `to`. */
function cutTable(table: InputTable, from: number, to: number): InputTable {
  const begin = table.time.findIndex((time) => time >= from);
  const behind = table.time.findIndex((time) => time >= to);
  const [a, b] = [begin < 0 ? table.n : begin, behind < 0 ? table.n : behind];
  const columns = Object.entries(table.columns).map(([name, column]) => [
    name,
    {
      ...column,
      values: column.values.slice(a, b),
      ...(column.quality ? { quality: column.quality.slice(a, b) } : {}),
      ...(Array.isArray(column.origin) ? { origin: column.origin.slice(a, b) } : {}),
    },
  ]);
  return { ...table, n: b - a, time: table.time.slice(a, b), key: table.key.slice(a, b), columns: Object.fromEntries(columns) };
}

/** Models that blocks name by hash: `*.onnx` beside the graph or in its folder `models`, and those given. */
async function readModels(graphFile: string, given: readonly string[]): Promise<Uint8Array[]> {
  const beside = path.dirname(graphFile);
  const found = await Promise.all(
    [beside, path.join(beside, 'models')].map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.endsWith('.onnx')).map((name) => path.join(folder, name));
    }),
  );
  return Promise.all(
    [...found.flat(), ...given].map((file) =>
      readFile(file).catch((error: Error) => {
        throw new Refused([`--model ${file}: ${error.message}`]);
      }),
    ),
  );
}

export function timeOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time === undefined)
    throw new Refused([`${option}: "${text}" is no time; write ISO 8601 with a zone, such as 2026-01-05T12:00:00+08:00`]);
  return time;
}

async function readPlace({ zone = 'UTC', calendar: file }: FileOptions): Promise<Place> {
  if (!isZone(zone)) throw new Refused([`--zone: "${zone}" is no IANA time zone; write one such as Asia/Shanghai`]);
  if (file === undefined) return { zone };
  let read: unknown;
  try {
    read = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Refused([`--calendar ${file}: ${(error as Error).message}`]);
  }
  const parsed = calendarDocument.safeParse(read);
  if (!parsed.success) throw new Refused(parsed.error.issues.map((i) => `--calendar ${file}: ${i.path.join('.')}: ${i.message}`));
  return { zone, calendar: parsed.data };
}

async function readInputs(info: ProgramInfo, options: FileOptions): Promise<Map<string, InputTable>> {
  const wanted = inputsOf(info);
  const tables = new Map<string, InputTable>();
  for (const pair of options.in) {
    const [role, file] = splitPair(pair, '--in');
    const schema = wanted.get(role);
    if (!schema) throw new Refused([`--in ${role}: the graph reads ${[...wanted.keys()].join(', ') || 'nothing'}, no "${role}"`]);
    if (tables.has(role)) throw new Refused([`--in ${role}: given twice`]);
    tables.set(role, await readInput(file, schema, options.key));
  }
  return tables;
}
