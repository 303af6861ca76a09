import type { Figure } from './figure.ts';

/** A figure over several runs of its set. */
export interface Measured extends Figure {
  /** Lowest and highest of the runs. */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/**
 * The median of each figure by name (and by the peer it is held against), with the range. An even number of runs gives the worse of the two in the middle, so that
 * nothing is shown better than it was. Conditions and peers are those of the run that is shown.
 */
export function overRuns(runs: readonly (readonly Figure[])[]): Measured[] {
  const first = runs[0] ?? [];
  return first.map((figure) => {
    const same = runs
      .flatMap((run) => run.filter((one) => one.name === figure.name && one.peer?.name === figure.peer?.name))
      .sort((a, b) => a.value - b.value);
    const fewerIsBetter = figure.goal !== undefined && 'atMost' in figure.goal;
    const shown = same[fewerIsBetter ? Math.floor(same.length / 2) : Math.floor((same.length - 1) / 2)] ?? figure;
    return { ...shown, low: same[0]?.value ?? shown.value, high: same.at(-1)?.value ?? shown.value, runs: same.length };
  });
}
