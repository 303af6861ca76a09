import { done, type Instance, working } from './instance.ts';
import type { Objective } from './search.ts';

/**
 * No plan is better than this. Makespan: the longest job, and for each machine the best plan with interruptions allowed, between what comes
 * before and after on other machines (Jackson 1955, Carlier 1982). Tardiness: each job as if it were alone. Pauses after an operation only make plans longer.
 */
export function lowerBound(instance: Instance, objective: Objective): number {
  const { n, before, breaks, duration, release, machine } = instance;
  const head = new Float64Array(n);
  const tail = new Float64Array(n);
  let bound = 0;
  let late = 0;
  for (const { last, due, weight } of instance.jobs) {
    const job: number[] = [];
    for (let i = last; i >= 0; i = before[i] as number) job.push(i);
    let rest = 0;
    for (const i of job) {
      tail[i] = rest;
      rest += duration[i] as number;
    }
    let ready = 0;
    for (const i of job.reverse()) {
      const pauses = breaks[machine[i] as number] as Float64Array;
      head[i] = working(pauses, Math.max(ready, release[i] as number));
      ready = done(pauses, head[i] as number, duration[i] as number);
    }
    bound = Math.max(bound, ready);
    late += weight * Math.max(0, ready - due);
  }
  if (objective === 'tardiness') return late;
  for (let m = 0; m < instance.machines.length; m++) {
    const list: number[] = [];
    for (let i = 0; i < n; i++) if (machine[i] === m) list.push(i);
    bound = Math.max(bound, preemptive(list, head, duration, tail));
  }
  return bound;
}

/** Always works on the ready operation with the longest tail, and drops it for a longer one. */
function preemptive(list: readonly number[], head: Float64Array, duration: Float64Array, tail: Float64Array): number {
  const waiting = [...list].sort((a, b) => (head[a] as number) - (head[b] as number));
  const left = new Map(list.map((i) => [i, duration[i] as number]));
  const ready: number[] = [];
  let time = 0;
  let bound = 0;
  while (waiting.length > 0 || ready.length > 0) {
    if (ready.length === 0) time = Math.max(time, head[waiting[0] as number] as number);
    while (waiting.length > 0 && (head[waiting[0] as number] as number) <= time) ready.push(waiting.shift() as number);
    ready.sort((a, b) => (tail[b] as number) - (tail[a] as number));
    const i = ready[0] as number;
    const next = waiting.length > 0 ? (head[waiting[0] as number] as number) : Number.POSITIVE_INFINITY;
    const run = Math.min(left.get(i) as number, next - time);
    time += run;
    left.set(i, (left.get(i) as number) - run);
    if (left.get(i) === 0) {
      ready.shift();
      bound = Math.max(bound, time + (tail[i] as number));
    }
  }
  return bound;
}
