import { refusalText } from '#drizzle/refusal.ts';

export interface Step {
  readonly name: string;
  /** Counts of what it did; `problem` says, to anyone, what it found that a person should look at. */
  run(): Promise<object & { readonly problem?: string }>;
}

/** What the historian shows as a fact of its process. */
export interface HouseReport {
  readonly at: string;
  readonly tookMs: number;
  readonly done: Readonly<Record<string, object>>;
  /** Steps that could not be done, with a reason that anyone may see: `log: the disk is full`. */
  readonly problems: readonly string[];
}

/** Runs the steps one after the other; one that fails does not keep the others from freeing what they can. */
export async function keepHouse(
  steps: readonly Step[],
  signal: AbortSignal,
  onError: (step: string, error: unknown) => void,
): Promise<HouseReport> {
  const begun = performance.now();
  const done: Record<string, object> = {};
  const problems: string[] = [];
  for (const step of steps) {
    if (signal.aborted) break;
    try {
      const { problem, ...did } = await step.run();
      done[step.name] = did;
      if (problem) problems.push(`${step.name}: ${problem}`);
    } catch (error) {
      onError(step.name, error);
      problems.push(`${step.name}: ${refusalText(error)}`);
    }
  }
  return { at: new Date().toISOString(), tookMs: Math.round(performance.now() - begun), done, problems };
}
