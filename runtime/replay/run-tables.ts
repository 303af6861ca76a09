import type { InputTable } from '#runtime/files/table.ts';
import type { ProgramInfo, Stepper, StepResult } from '#runtime/step/contract.ts';
import type { Answering } from './model-answers.ts';
import { type ReplayOptions, replay } from './replay.ts';
import type { ReplayReport } from './report.ts';
import { timelineOfTables } from './tables.ts';

/** Runs a program on input tables, without any server: `mw run` and proofs (semantics, section 10). */
export async function runTables(options: {
  readonly info: ProgramInfo;
  readonly stepper: Stepper;
  readonly tables: ReadonlyMap<string, InputTable>;
  readonly answering: Answering;
  /** Epoch ms; timers run on to here after the last record. */
  readonly until?: number | undefined;
  readonly signal?: AbortSignal;
  readonly limits?: ReplayOptions['limits'];
  onResult?(result: StepResult): void;
  /** Share that is done, 0..1. */
  onProgress?(done: number): void;
  readonly now: () => number;
}): Promise<ReplayReport> {
  const line = timelineOfTables(options.info, options.tables);
  const from = line.clock[0] ?? options.until ?? 0;
  const to = options.until ?? line.clock[line.n - 1] ?? from;
  return replay({
    info: options.info,
    stepper: options.stepper,
    window: { from, to },
    input: 'corrected',
    stretches: [line],
    answering: options.answering,
    now: options.now,
    ...(options.onResult ? { onResult: options.onResult } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.limits ? { limits: options.limits } : {}),
  });
}
