import type { OutputsEntry } from '#runtime/log/contract.ts';
import type { Carried, InputPlan } from '#runtime/step/build-input.ts';
import type { EffectRequest, StepInput, StepResult } from '#runtime/step/contract.ts';
import { type ReadStep, takeStep } from '#runtime/step/take-step.ts';
import type { ModelAnswer } from './model-answers.ts';
import { cancelled, type ReplayLimits, type ReplayOptions, RUN_LIMITS, tooManyRows } from './replay.ts';
import { type ReplayReport, ReportBuilder } from './report.ts';
import { firstAtLeast, joinResults, sliceInput } from './slice-input.ts';

/** A stretch of a journal that one program took with one set of bindings, from a state that was kept. */
export interface JournalStretch {
  readonly plan: InputPlan;
  readonly carried: Carried;
  /** As `Stepper.load` takes it. */
  readonly state: Uint8Array;
  readonly steps: AsyncIterable<JournalledStep>;
  /** How the outside answered then; undefined = not yet. */
  recorded(step: number, effect: EffectRequest): ModelAnswer | undefined;
  /** It is the first of its shard: what was before it in this run has nothing to do with it. */
  readonly anew: boolean;
}
export interface JournalledStep extends ReadStep {
  readonly step: number;
  /** What was committed then. */
  readonly committed: OutputsEntry;
}

export interface RerunOptions
  extends Pick<ReplayOptions, 'info' | 'stepper' | 'window' | 'onResult' | 'onProgress' | 'signal' | 'now' | 'limits'> {
  readonly stretches: AsyncIterable<JournalStretch>;
  /** Are the outputs those that were committed, bit for bit? */
  same(now: OutputsEntry, then: OutputsEntry): boolean;
}

/** The last rows of a step go one by one while wires are watched, so that their last records are known singly. */
const TAIL = 60;

/**
 * The running version over its own journal: the very steps that it took, with the answers, ticks and forms that it was given, from a state that was
 * kept before the window. Nothing is modelled, so what comes out is what was committed; the report says how many steps were compared.
 */
export async function rerun(options: RerunOptions): Promise<ReplayReport> {
  const { info, stepper, window } = options;
  const started = options.now();
  const report = new ReportBuilder(info, window);
  const limits: ReplayLimits = { ...RUN_LIMITS, ...options.limits };
  let compared = 0;
  let different = 0;
  let firstDifferent: number | undefined;
  let begin: number | undefined;
  let over = false;

  for await (const stretch of options.stretches) {
    if (stretch.anew) over = false;
    // the window of this shard is over; another may follow
    if (over) continue;
    await stepper.load(stretch.state);
    let { carried } = stretch;
    for await (const read of stretch.steps) {
      if (options.signal?.aborted) throw cancelled();
      if (report.rows > limits.rows) throw tooManyRows(limits.rows);
      let whole = false;
      const run = async (input: StepInput): Promise<StepResult> => {
        const from = firstAtLeast(input.clock, input.n, window.from);
        const to = firstAtLeast(input.clock, input.n, window.to);
        over ||= to < input.n;
        begin ??= input.clock[0];
        whole = from === 0 && to === input.n && !info.instrumented;
        const parts: StepResult[] = [];
        if (from > 0) parts.push(await stepper.step(sliceInput(input, 0, from)));
        for (const [a, b] of pieces(from, to, info.instrumented)) {
          const result = await stepper.step(sliceInput(input, a, b));
          report.take(result, b - a);
          options.onResult?.(result, input.clock[b - 1] ?? window.from);
          for (const effect of result.effects)
            report.takeEffect(effect, stretch.recorded(read.step, effect) ?? { ok: false, reason: 'unanswered' });
          parts.push(result);
        }
        tell(options, begin ?? window.from, input.clock[input.n - 1] ?? window.from);
        return parts.length > 0 ? joinResults(parts) : NOTHING;
      };
      const commit = await takeStep({ plan: stretch.plan, carried, read, step: read.step, at: read.committed.at, run });
      carried = commit.carried;
      if (whole) {
        compared++;
        if (!options.same(commit.outputs, read.committed)) {
          different++;
          firstDifferent ??= read.step;
        }
      }
      if (over) break;
    }
  }
  options.onProgress?.(1);
  return {
    ...report.build('arrived', options.now() - started),
    source: {
      kind: 'journal',
      steps: compared,
      different,
      ...(firstDifferent === undefined ? {} : { firstDifferent }),
      ...(begin === undefined ? {} : { begin }),
    },
  };
}

function* pieces(from: number, to: number, singly: boolean): Generator<readonly [number, number]> {
  const tail = singly ? Math.max(from, to - TAIL) : to;
  if (tail > from) yield [from, tail];
  for (let at = tail; at < to; at++) yield [at, at + 1];
}

function tell({ window, onProgress }: RerunOptions, begin: number, now: number): void {
  const start = Math.min(begin, window.from);
  onProgress?.(Math.min(1, Math.max(0, (now - start) / Math.max(1, window.to - start))));
}

const NOTHING: StepResult = { outputs: [], effects: [], alarms: [], dead: [], late: {}, wakeAt: null };
