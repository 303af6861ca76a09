import type { InputTable } from '#runtime/files/table.ts';
import type { Place } from '#runtime/schedule/due.ts';
import type { ProgramInfo, Stepper, StepResult } from '#runtime/step/contract.ts';
import type { Answering } from './model-answers.ts';
import { type ReplayOptions, replay } from './replay.ts';
import type { ReplayReport } from './report.ts';
import { scheduleRows } from './schedule-rows.ts';
import { tableHistory } from './table-history.ts';
import { timelineOfTables } from './tables.ts';
import type { Timeline } from './timeline.ts';

/** Runs a program on input tables, without any server: `mw run` and proofs (semantics, section 10). */
export async function runTables(options: {
  readonly info: ProgramInfo;
  readonly stepper: Stepper;
  readonly tables: ReadonlyMap<string, InputTable>;
  readonly answering: Answering;
  /** Epoch ms; timers run on to here after the last record. */
  readonly until?: number | undefined;
  /** Epoch ms; where the clock begins when schedules alone drive the program. */
  readonly from?: number | undefined;
  /** Time zone and shifts for schedules; UTC and none where absent. */
  readonly place?: Place | undefined;
  /** Record key of the ticks. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly limits?: ReplayOptions['limits'];
  onResult?(result: StepResult, clock: number): void;
  /** Share that is done, 0..1. */
  onProgress?(done: number): void;
  readonly now: () => number;
}): Promise<ReplayReport> {
  const { info, tables } = options;
  const { line, from, to } = tablesLine(options);
  return replay({
    info,
    stepper: options.stepper,
    window: { from, to },
    input: 'corrected',
    stretches: [line],
    answering: tableHistory(info, tables, options.answering),
    now: options.now,
    ...(options.onResult ? { onResult: options.onResult } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.limits ? { limits: options.limits } : {}),
  });
}

/** The rows of the tables with the ticks of schedules, and the window that they fill. */
export function tablesLine(options: {
  readonly info: ProgramInfo;
  readonly tables: ReadonlyMap<string, InputTable>;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly place?: Place | undefined;
  readonly key?: string;
}): { readonly line: Timeline; readonly from: number; readonly to: number } {
  const { info, tables } = options;
  const data = timelineOfTables(info, tables);
  const from = options.from ?? data.clock[0] ?? options.until ?? 0;
  const to = options.until ?? data.clock[data.n - 1] ?? from;
  const fed = new Set(info.sources.flatMap((s, i) => (tables.has(s.role ?? s.form ?? s.node) ? [i] : [])));
  const ticks = scheduleRows(info, {
    place: options.place ?? { zone: 'UTC' },
    key: options.key ?? 'demo',
    from: from - 1,
    to,
    fed,
  });
  return { line: ticks.length === 0 ? data : timelineOfTables(info, tables, ticks), from, to };
}
