import type { Instance } from './instance.ts';
import { Schedule } from './schedule.ts';

/** Nowicki & Smutnicki 1996, A fast taboo search algorithm for the job shop problem: adjacent operations of critical blocks are swapped. */

const TABU = 10;
/** Moves without a better plan after which the search goes back to a good one and shakes it. */
const PATIENCE = 2500;
const KEPT = 8;
/** What a move costs beside the evaluations, in operations. */
const MOVE = 60;

export type Objective = 'makespan' | 'tardiness';
export const objectiveOf = (schedule: Schedule, objective: Objective): number =>
  objective === 'makespan' ? schedule.makespan : schedule.tardiness;

/** Always gives the operation that can begin first; among those, the one of the job with most work left (or due first). */
export function dispatch(instance: Instance, objective: Objective): Schedule {
  const { n, before, after, duration, machine, release, frozen } = instance;
  const left = new Float64Array(n);
  const due = new Float64Array(n);
  for (const { last, due: dueOf } of instance.jobs) {
    let sum = 0;
    for (let i = last; i >= 0; i = before[i] as number) {
      sum += duration[i] as number;
      left[i] = sum;
      due[i] = dueOf;
    }
  }
  const sequences: number[][] = instance.machines.map(() => []);
  const free = new Float64Array(instance.machines.length);
  const ready = Float64Array.from(release);
  const open = new Set<number>();
  for (let i = 0; i < n; i++) if ((before[i] as number) < 0) open.add(i);
  const earlier = (a: number, b: number): boolean => {
    // what is frozen keeps its place before all else
    if (frozen[a] !== frozen[b]) return frozen[a] === 1;
    const at = (i: number) => Math.max(ready[i] as number, free[machine[i] as number] as number);
    if (frozen[a] === 1 || at(a) !== at(b)) return at(a) < at(b);
    if (objective === 'tardiness' && due[a] !== due[b]) return (due[a] as number) < (due[b] as number);
    return left[a] === left[b] ? a < b : (left[a] as number) > (left[b] as number);
  };
  while (open.size > 0) {
    let best = -1;
    for (const i of open) if (best < 0 || earlier(i, best)) best = i;
    open.delete(best);
    const m = machine[best] as number;
    const end = Math.max(ready[best] as number, free[m] as number) + (duration[best] as number);
    free[m] = end;
    sequences[m]?.push(best);
    const next = after[best] as number;
    if (next >= 0) {
      ready[next] = Math.max(ready[next] as number, end);
      open.add(next);
    }
  }
  const schedule = new Schedule(instance);
  schedule.sequence(sequences);
  schedule.evaluate();
  return schedule;
}

/**
 * Improves a plan until the effort is used or the bound reached. Effort counts evaluated operations, so the same request gives the same
 * plan on every machine.
 */
export function improve(
  first: Schedule,
  options: { objective: Objective; bound: number; effort: number; seed: number },
): Schedule {
  const { instance } = first;
  const { objective, bound } = options;
  const { n, frozen, duration, before, after } = instance;
  const random = generator(options.seed);
  const exact = objective === 'tardiness' || instance.breaks.some((b) => b.length > 0);
  const now = new Schedule(instance);
  now.copy(first);
  now.evaluate();
  const best = new Schedule(instance);
  best.copy(now);
  let bestValue = objectiveOf(best, objective);
  /** Good plans of the way here, newest last. */
  const kept: Schedule[] = [];
  /** When a pair may be put back: `u * n + v` -> number of the move. */
  let tabu = new Map<number, number>();
  let effort = options.effort;
  let stale = 0;

  const ends = () =>
    objective === 'makespan'
      ? [instance.jobs.reduce((a, b) => ((now.end[b.last] as number) > (now.end[a.last] as number) ? b : a)).last]
      : instance.jobs.filter(({ last, due }) => (now.end[last] as number) > due).map(({ last }) => last);
  const moves = (): [number, number][] => {
    const found: [number, number][] = [];
    for (const last of ends()) {
      const path = now.chain(last);
      for (let from = 0; from < path.length; ) {
        let to = from;
        while (to + 1 < path.length && now.later[path[to] as number] === path[to + 1]) to++;
        const add = (k: number) => {
          const [u, v] = [path[k] as number, path[k + 1] as number];
          if (frozen[u] === 0 && frozen[v] === 0) found.push([u, v]);
        };
        if (exact) for (let k = from; k < to; k++) add(k);
        else if (to > from) {
          // inside a block a swap cannot help, nor at the outer ends of the first and last one
          if (from > 0) add(from);
          if (to + 1 < path.length && (to - from > 1 || from === 0)) add(to - 1);
        }
        from = to + 1;
      }
    }
    return found;
  };
  /** Longest path through the swapped two: a lower bound of what the swap gives, mostly exact (Taillard 1994). */
  const estimate = (u: number, v: number): number => {
    const p = now.earlier[u] as number;
    const q = now.later[v] as number;
    const end = (i: number) => (i < 0 ? 0 : (now.end[i] as number));
    const tail = (i: number) => (i < 0 ? 0 : (now.tail[i] as number));
    const startV = Math.max(end(p), end(before[v] as number), instance.release[v] as number);
    const startU = Math.max(startV + (duration[v] as number), end(before[u] as number), instance.release[u] as number);
    const tailU = Math.max(tail(q), tail(after[u] as number)) + (duration[u] as number);
    const tailV = Math.max(tailU, tail(after[v] as number)) + (duration[v] as number);
    return Math.max(startV + tailV, startU + tailU);
  };
  const tryOut = (u: number, v: number): number => {
    now.swap(u, v);
    effort -= n;
    const value = now.evaluate() ? objectiveOf(now, objective) : Number.POSITIVE_INFINITY;
    now.swap(v, u);
    return value;
  };

  for (let move = 0; effort > 0 && bestValue > bound + 1e-9; move++) {
    effort -= n + MOVE;
    if (!exact) now.tails();
    const candidates = moves();
    let chosen: [number, number] | undefined;
    let least = Number.POSITIVE_INFINITY;
    let ties = 0;
    for (const [u, v] of candidates) {
      const value = exact ? tryOut(u, v) : estimate(u, v);
      if (value === Number.POSITIVE_INFINITY) continue;
      if ((tabu.get(u * n + v) ?? 0) > move && value >= bestValue) continue;
      if (value < least) {
        least = value;
        chosen = [u, v];
        ties = 1;
      } else if (value === least && random() * ++ties < 1) chosen = [u, v];
    }
    // all are forbidden: any one is better than none
    if (!chosen && candidates.length > 0) chosen = candidates[Math.floor(random() * candidates.length)];
    if (chosen) {
      const [u, v] = chosen;
      now.swap(u, v);
      if (now.evaluate()) tabu.set(v * n + u, move + TABU + Math.floor(random() * TABU));
      else {
        now.swap(v, u);
        now.evaluate();
        tabu.set(u * n + v, move + TABU);
      }
    }
    const value = objectiveOf(now, objective);
    if (value < bestValue - 1e-9) {
      bestValue = value;
      best.copy(now);
      stale = 0;
      const copy = new Schedule(instance);
      copy.copy(now);
      kept.push(copy);
      if (kept.length > KEPT) kept.shift();
    } else stale++;
    if (stale > PATIENCE || !chosen) {
      stale = 0;
      tabu = new Map();
      now.copy(kept.length === 0 || random() < 0.3 ? best : (kept[Math.floor(random() * kept.length)] as Schedule));
      now.evaluate();
      const shakes = 3 + Math.floor(random() * 20);
      for (let k = 0; k < shakes; k++) {
        effort -= n + MOVE;
        const list = anyMoves(now);
        const [u, v] = list[Math.floor(random() * list.length)] ?? [-1, -1];
        if (u < 0) break;
        now.swap(u, v);
        if (!now.evaluate()) {
          now.swap(v, u);
          now.evaluate();
        }
      }
    }
    if (tabu.size > 4 * n) for (const [pair, until] of tabu) if (until <= move) tabu.delete(pair);
  }
  best.evaluate();
  return best;
}

/** Neighbours on a machine that may change places. */
function anyMoves({ instance, later }: Schedule): [number, number][] {
  const found: [number, number][] = [];
  for (let u = 0; u < instance.n; u++) {
    const v = later[u] as number;
    if (v >= 0 && instance.frozen[u] === 0 && instance.frozen[v] === 0) found.push([u, v]);
  }
  return found;
}

/** mulberry32 */
function generator(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
