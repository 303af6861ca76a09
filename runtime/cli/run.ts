import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { computing, modelsIn } from '#runtime/compute/answering.ts';
import { openComputePool } from '#runtime/compute/pool.ts';
import { readInput } from '#runtime/files/read.ts';
import type { InputTable } from '#runtime/files/table.ts';
import { parseTime } from '#runtime/files/table.ts';
import { openRunFiles } from '#runtime/files/write.ts';
import { modelAnswers } from '#runtime/replay/model-answers.ts';
import { runTables } from '#runtime/replay/run-tables.ts';
import { inputsOf } from '#runtime/replay/tables.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { calendarDocument } from '#runtime/schedule/calendar.ts';
import type { Place } from '#runtime/schedule/due.ts';
import { isZone } from '#runtime/schedule/zone.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { compileFile } from './compile-file.ts';
import { Refused } from './outcome.ts';
import { splitPair } from './parameters.ts';

export interface RunOptions {
  /** `role=file` */
  readonly in: readonly string[];
  /** `key=value` */
  readonly param: readonly string[];
  /** Model files beside those that lie with the graph. */
  readonly model: readonly string[];
  readonly until?: string;
  readonly from?: string;
  /** IANA time zone of schedules. */
  readonly zone?: string;
  /** File with the shifts of schedules. */
  readonly calendar?: string;
  readonly out?: string;
  readonly key: string;
  readonly json: boolean;
}

/** `mw run` (semantics, section 10): a graph on files, with the same step code and no server. Returns the summary that `--json` prints. */
export async function run(graphFile: string, options: RunOptions) {
  const { program } = await compileFile(graphFile, options.param);
  const { info } = program;
  const tables = await readInputs(info, options);
  const until = timeOf(options.until, '--until');
  const from = timeOf(options.from, '--from');
  const place = await readPlace(options);
  if (options.out !== undefined) await mkdir(options.out, { recursive: true });
  const files = options.out === undefined ? undefined : openRunFiles(options.out, info);
  const pool = openComputePool({
    models: await modelsIn(await readModels(graphFile, options.model)),
    warn: (what, error) => console.error(`${what}: ${error}`),
  });
  const stepper = await createStepper(program, { seed: 1, timeoutMs: 60_000, hostDeadlineMs: 90_000 });
  try {
    const report = await runTables({
      info,
      stepper,
      tables,
      answering: modelAnswers('confirm', computing(pool, 'mw')),
      until,
      from,
      place,
      key: options.key,
      now: () => performance.now(),
      ...(files ? { onResult: files.take } : {}),
    });
    await files?.close();
    return {
      graph: path.basename(graphFile),
      graphHash: info.graphHash,
      programHash: info.hash,
      records: report.rows,
      seconds: report.durationMs / 1000,
      outputs: Object.fromEntries(report.outputs.map((output) => [output.name, { rows: output.rows, columns: output.columns }])),
      alarms: report.alarms.total,
      effects: report.effects.byKind,
      answersUnknown: report.effects.unknown,
      deadLetters: report.dead.total,
      firstDeadLetter: report.dead.list[0] ?? null,
      late: report.late,
    };
  } finally {
    stepper.dispose();
    await pool.close();
  }
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

function timeOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time === undefined)
    throw new Refused([`${option}: "${text}" is no time; write ISO 8601 with a zone, such as 2026-01-05T12:00:00+08:00`]);
  return time;
}

async function readPlace({ zone = 'UTC', calendar: file }: RunOptions): Promise<Place> {
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

async function readInputs(info: ProgramInfo, options: RunOptions): Promise<Map<string, InputTable>> {
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
