import type { SandboxStepper } from '#runtime/sandbox/stepper.ts';
import { buildInput, type Carried, type InputPlan } from '#runtime/step/build-input.ts';
import type { StepInput } from '#runtime/step/contract.ts';
import type { ReadStep } from '#runtime/step/take-step.ts';

/** Steps that cross into the isolate together: on a busy machine each crossing waits for two threads, and there may be hundreds of steps. */
const MOST_TOGETHER = 64;
/** And rows that wait to cross, for memory's sake. */
const MOST_ROWS = 100_000;
/** Fewer when they take longer than this: all of them stand under one timeout. */
const LONG_MS = 100;

/** Runs the journal's steps once more, cut as they were, and throws away what comes out: it was committed then. Gives what is carried after the last. */
export async function runAgain(
  stepper: Pick<SandboxStepper, 'again'>,
  plan: InputPlan,
  from: Carried,
  steps: AsyncIterable<ReadStep>,
  most = MOST_TOGETHER,
): Promise<Carried> {
  let carried = from;
  let together = 1;
  let waiting: StepInput[] = [];
  let rows = 0;
  const flush = async () => {
    if (waiting.length === 0) return;
    const inputs = waiting;
    waiting = [];
    rows = 0;
    const begun = performance.now();
    carried = { ...carried, wakeAt: await stepper.again(inputs) };
    const took = performance.now() - begun;
    together = Math.max(1, Math.min(most, took < LONG_MS ? together * 2 : Math.floor(together / 2)));
  };
  for await (const { entries, waves } of steps) {
    const { input, after } = buildInput(plan, carried, entries, waves);
    carried = { ...after, wakeAt: carried.wakeAt };
    // a step without a row never entered the isolate
    if (input.n > 0) waiting.push(input);
    rows += input.n;
    if (waiting.length >= together || rows >= MOST_ROWS) await flush();
  }
  await flush();
  return carried;
}
