import { refusalOf } from '#drizzle/refusal.ts';
import type { Trouble } from '#drizzle/troubles.ts';

export interface Step {
  readonly name: string;
  /** Counts of what it did; `problem` says, to anyone, what it found that a person should look at. */
  run(): Promise<object & { readonly problem?: Trouble }>;
}

/** What the historian shows as a fact of its process. */
export interface HouseReport {
  readonly at: string;
  readonly tookMs: number;
  readonly done: Readonly<Record<string, object>>;
  /** Steps that could not be done, with a reason that anyone may see. */
  readonly problems: readonly Trouble[];
}

/** Runs the steps one after the other; one that fails does not keep the others from freeing what they can. */
export async function keepHouse(
  steps: readonly Step[],
  signal: AbortSignal,
  onError: (step: string, error: unknown) => void,
): Promise<HouseReport> {
  const begun = performance.now();
  const done: Record<string, object> = {};
  const problems: Trouble[] = [];
  for (const step of steps) {
    if (signal.aborted) break;
    try {
      const { problem, ...did } = await step.run();
      done[step.name] = did;
      if (problem) problems.push({ ...problem, step: step.name });
    } catch (error) {
      onError(step.name, error);
      problems.push({ ...refusalOf(error), step: step.name });
    }
  }
  return { at: new Date().toISOString(), tookMs: Math.round(performance.now() - begun), done, problems };
}
