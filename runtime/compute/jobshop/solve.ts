import type { JobshopAnswer, JobshopRequest } from '../requests.ts';
import { lowerBound } from './bound.ts';
import { MOST_PAIRS, pairsOf, solveExactly } from './exact.ts';
import { readInstance } from './instance.ts';
import { Schedule } from './schedule.ts';
import { dispatch, improve, objectiveOf } from './search.ts';

/** Operations that a usual processor core evaluates in a second. */
const OPERATIONS_PER_SECOND = 16e6;

/** A plan as good as the effort allows, with the bound that says how good: a dispatching rule, taboo search, and for small shops a proof by HiGHS. */
export async function solveJobshop(request: JobshopRequest): Promise<JobshopAnswer> {
  const instance = readInstance(request);
  const { objective, timeLimit, seed } = request;
  let bound = lowerBound(instance, objective);
  const first = dispatch(instance, objective);
  const plain = objective === 'makespan' && !instance.frozen.includes(1) && instance.breaks.every((b) => b.length === 0);
  const small = plain && pairsOf(first) <= MOST_PAIRS;
  // where a proof is possible, the search gets a tenth
  const effort = timeLimit * OPERATIONS_PER_SECOND * (small ? 0.1 : 1);
  let best = improve(first, { objective, bound, effort, seed });
  if (small && best.makespan > bound) {
    const starts = await solveExactly(best, bound, timeLimit);
    if (starts) {
      const exact = new Schedule(instance);
      exact.sequence(
        instance.machines.map((_, m) =>
          Array.from(instance.machine.keys())
            .filter((i) => instance.machine[i] === m)
            .sort((a, b) => (starts[a] as number) - (starts[b] as number) || a - b),
        ),
      );
      if (exact.evaluate() && exact.makespan < best.makespan) best = exact;
      bound = best.makespan;
    }
  }
  const value = objectiveOf(best, objective);
  return {
    status: value <= bound + 1e-9 ? 'optimal' : 'timeout',
    objective: value,
    bound: Math.min(bound, value),
    operations: request.operations.map(({ job, step, machine }, i) => ({
      job,
      step,
      machine,
      start: best.start[i] as number,
      end: best.end[i] as number,
    })),
  };
}
