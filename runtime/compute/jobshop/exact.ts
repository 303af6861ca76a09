import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import loadHighs from 'highs';
import type { Schedule } from './schedule.ts';

/** Pairs of operations that HiGHS decides in reasonable time; above, the big-M model is too weak. */
export const MOST_PAIRS = 120;
/** Branch-and-bound nodes for a second of effort. */
const NODES_PER_SECOND = 800;

let highs: Awaited<ReturnType<typeof loadHighs>> | undefined;

export function pairsOf({ instance }: Schedule): number {
  const on = new Map<number, number>();
  for (const m of instance.machine) on.set(m, (on.get(m) ?? 0) + 1);
  return [...on.values()].reduce((sum, k) => sum + (k * (k - 1)) / 2, 0);
}

/**
 * Disjunctive model (Manne 1960) of a shop without pauses, with the plan found so far as the longest allowed. Gives starts of a shortest plan, or
 * undefined when nodes ran out first.
 */
export async function solveExactly(found: Schedule, bound: number, timeLimit: number): Promise<Float64Array | undefined> {
  const { instance } = found;
  const { n, machine, duration, release, before, after } = instance;
  const limit = found.makespan;
  const earliest = new Float64Array(n);
  const latest = new Float64Array(n);
  for (const { last } of instance.jobs) {
    const job: number[] = [];
    let end = limit;
    for (let i = last; i >= 0; i = before[i] as number) {
      latest[i] = end -= duration[i] as number;
      job.push(i);
    }
    let ready = 0;
    for (const i of job.reverse()) {
      earliest[i] = Math.max(ready, release[i] as number);
      ready = (earliest[i] as number) + (duration[i] as number);
    }
  }
  const rows: string[] = [];
  const choices: string[] = [];
  for (let i = 0; i < n; i++) {
    const next = after[i] as number;
    rows.push(next < 0 ? `C - s${i} >= ${duration[i]}` : `s${next} - s${i} >= ${duration[i]}`);
    for (let j = i + 1; j < n; j++) {
      if (machine[i] !== machine[j]) continue;
      // y = 1: i before j
      const y = `y${i}_${j}`;
      choices.push(y);
      const a = (latest[i] as number) - (earliest[j] as number) + (duration[i] as number);
      const b = (latest[j] as number) - (earliest[i] as number) + (duration[j] as number);
      rows.push(
        `s${i} - s${j} + ${a} ${y} <= ${a - (duration[i] as number)}`,
        `s${j} - s${i} - ${b} ${y} <= ${-(duration[j] as number)}`,
      );
    }
  }
  const model = `Minimize
 obj: C
Subject To
${rows.map((row, i) => ` r${i}: ${row}`).join('\n')}
Bounds
 ${bound} <= C <= ${limit}
${Array.from({ length: n }, (_, i) => ` ${earliest[i]} <= s${i} <= ${latest[i]}`).join('\n')}
Binary
 ${choices.join('\n ')}
End
`;
  highs ??= await loadHighs({ wasmBinary: readFileSync(fileURLToPath(import.meta.resolve('highs/runtime'))) } as object);
  const solution = highs.solve(model, {
    threads: 1,
    random_seed: 1,
    mip_rel_gap: 0,
    mip_max_nodes: Math.round(timeLimit * NODES_PER_SECOND),
    output_flag: false,
  });
  if (solution.Status !== 'Optimal') return undefined;
  const columns = solution.Columns as Readonly<Record<string, { readonly Primal?: number }>>;
  return Float64Array.from({ length: n }, (_, i) => columns[`s${i}`]?.Primal ?? 0);
}
