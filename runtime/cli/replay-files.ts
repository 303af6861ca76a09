import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { differenceOf, type ReplayDifference } from '#runtime/replay/difference.ts';
import type { Confirmations } from '#runtime/replay/model-answers.ts';
import type { BacktestReport } from './backtest.ts';
import { compileFile, compileText } from './compile-file.ts';
import { durationOf } from './moment.ts';
import { type FileOptions, type FileRun, runOnFiles, timeOf } from './on-files.ts';
import { Refused } from './outcome.ts';
import { type WireMoment, WireTap, withOutput } from './wire.ts';

type Watching = Pick<FileRun, 'signal' | 'onProgress'>;

export interface FileBacktest extends FileOptions {
  readonly param: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly confirm: Confirmations;
  /** Graph to compare with. */
  readonly against?: string;
}

/** `mw backtest --in`: a graph over recorded data in files, compared with another graph over the same; no product is needed. */
export async function backtestFiles(graph: string, options: FileBacktest, watching: Watching = {}): Promise<BacktestReport> {
  const how = { from: timeOf(options.from, '--from'), until: timeOf(options.to, '--to'), cut: true, confirm: options.confirm };
  const share = options.against === undefined ? 1 : 0.5;
  const part = (begin: number): Watching => ({
    ...watching,
    onProgress: (done) => watching.onProgress?.(begin + done * share),
  });
  const { program } = await compileFile(graph, options.param);
  const report = await runOnFiles(program, graph, options, { ...how, ...part(0) });
  const whole = { ...report, title: path.basename(graph) };
  if (options.against === undefined) return whole;
  const { out: _none, ...quiet } = options;
  const before = await compileFile(options.against, options.param);
  const was = await runOnFiles(before.program, options.against, quiet, { ...how, ...part(share) });
  const against: ReplayDifference['against'] = { version: path.basename(options.against), graphHash: was.graphHash, file: true };
  return { ...whole, difference: { ...differenceOf(was, report), against } };
}

export interface FileReplay extends FileOptions {
  readonly param: readonly string[];
  readonly wire: string;
  readonly at: string;
  /** Absent = from the first record. */
  readonly since?: string;
  readonly last: number;
}

/** `mw replay --in`: what was on a wire up to a moment of recorded data in files. */
export async function replayFiles(graph: string, options: FileReplay, watching: Watching = {}): Promise<WireMoment> {
  const at = timeOf(options.at, '--at') ?? 0;
  const from = options.since === undefined ? undefined : at - durationOf(options.since, '--since');
  const text = await readFile(graph, 'utf8').catch(() => {
    throw new Refused([`${graph}: there is no such file`]);
  });
  const seen = withOutput(text, options.wire);
  const { program } = await compileText(graph, seen.graph, options.param);
  const tap = new WireTap(seen.name, options.last, options.out);
  const { out: _file, ...rest } = options;
  const report = await runOnFiles(program, graph, rest, {
    ...watching,
    from,
    until: at + 1,
    cut: true,
    onResult: (result) => tap.take(result, program.info),
  });
  await tap.close();
  const { count, columns, records } = tap;
  const read = { samples: report.rows, count, columns, records };
  return {
    title: path.basename(graph),
    node: seen.node,
    port: seen.port,
    input: 'corrected',
    from: report.window.from,
    at,
    ...read,
  };
}
