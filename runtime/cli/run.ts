import path from 'node:path';
import { compileFile } from './compile-file.ts';
import { type FileOptions, runOnFiles, timeOf } from './on-files.ts';

export interface RunOptions extends FileOptions {
  /** `key=value` */
  readonly param: readonly string[];
  readonly until?: string;
  readonly from?: string;
  readonly json: boolean;
}

/** `mw run` (semantics, section 10): a graph on files, with the same step code and no server. Returns the summary that `--json` prints. */
export async function run(graphFile: string, options: RunOptions) {
  const { program } = await compileFile(graphFile, options.param);
  const { info } = program;
  const until = timeOf(options.until, '--until');
  const from = timeOf(options.from, '--from');
  const report = await runOnFiles(program, graphFile, options, { from, until });
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
}
