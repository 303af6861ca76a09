import { done, type Instance, working } from './instance.ts';

/** Order of the operations on each machine, as neighbours; and the times that follow from it. */
export class Schedule {
  readonly instance: Instance;
  /** Operation before and after on the same machine, -1 = none. */
  readonly earlier: Int32Array;
  readonly later: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** From an operation's start to the end of the plan along the longest path, pauses left out. */
  readonly tail: Float64Array;
  readonly order: Int32Array;
  private readonly open: Int32Array;

  constructor(instance: Instance) {
    const { n } = instance;
    this.instance = instance;
    this.earlier = new Int32Array(n).fill(-1);
    this.later = new Int32Array(n).fill(-1);
    this.start = new Float64Array(n);
    this.end = new Float64Array(n);
    this.tail = new Float64Array(n);
    this.order = new Int32Array(n);
    this.open = new Int32Array(n);
  }

  /** Operations of each machine in this order. */
  sequence(sequences: readonly (readonly number[])[]): void {
    for (const list of sequences)
      for (const [k, i] of list.entries()) {
        this.earlier[i] = list[k - 1] ?? -1;
        this.later[i] = list[k + 1] ?? -1;
      }
  }

  copy(from: Schedule): void {
    this.earlier.set(from.earlier);
    this.later.set(from.later);
    this.start.set(from.start);
    this.end.set(from.end);
  }

  /** Starts and ends as early as the orders allow. False when the orders contradict each other. */
  evaluate(): boolean {
    const { n, duration, release, machine, before, after, breaks } = this.instance;
    const { earlier, later, start, end, order, open } = this;
    let filled = 0;
    for (let i = 0; i < n; i++) {
      open[i] = ((before[i] as number) >= 0 ? 1 : 0) + ((earlier[i] as number) >= 0 ? 1 : 0);
      if (open[i] === 0) order[filled++] = i;
    }
    for (let at = 0; at < filled; at++) {
      const i = order[at] as number;
      const u = before[i] as number;
      const m = earlier[i] as number;
      let from = release[i] as number;
      if (u >= 0 && (end[u] as number) > from) from = end[u] as number;
      if (m >= 0 && (end[m] as number) > from) from = end[m] as number;
      const pauses = breaks[machine[i] as number] as Float64Array;
      if (pauses.length > 0) {
        start[i] = working(pauses, from);
        end[i] = done(pauses, start[i] as number, duration[i] as number);
      } else {
        start[i] = from;
        end[i] = from + (duration[i] as number);
      }
      const v = after[i] as number;
      const w = later[i] as number;
      if (v >= 0) {
        open[v] = (open[v] as number) - 1;
        if (open[v] === 0) order[filled++] = v;
      }
      if (w >= 0) {
        open[w] = (open[w] as number) - 1;
        if (open[w] === 0) order[filled++] = w;
      }
    }
    return filled === n;
  }

  /** After `evaluate`. */
  tails(): void {
    const { n, duration, after } = this.instance;
    const { later, tail, order } = this;
    for (let at = n - 1; at >= 0; at--) {
      const i = order[at] as number;
      const v = after[i] as number;
      const w = later[i] as number;
      const rest = Math.max(v >= 0 ? (tail[v] as number) : 0, w >= 0 ? (tail[w] as number) : 0);
      tail[i] = rest + (duration[i] as number);
    }
  }

  get makespan(): number {
    let most = 0;
    for (const { last } of this.instance.jobs) most = Math.max(most, this.end[last] as number);
    return most;
  }

  /** Weighted lateness of all jobs together. */
  get tardiness(): number {
    let sum = 0;
    for (const { last, due, weight } of this.instance.jobs) sum += weight * Math.max(0, (this.end[last] as number) - due);
    return sum;
  }

  /** The operations that wait for each other without a gap, back from one to the beginning. */
  chain(last: number): number[] {
    const { before, breaks, machine, release } = this.instance;
    const path = [last];
    for (let i = last; ; ) {
      const u = before[i] as number;
      const m = this.earlier[i] as number;
      const pauses = breaks[machine[i] as number] as Float64Array;
      const tight = (one: number) => {
        if (one < 0 || (this.end[one] as number) < (release[i] as number)) return false;
        const ready = this.end[one] as number;
        return (pauses.length > 0 ? working(pauses, ready) : ready) === this.start[i];
      };
      // along the machine first: only there something can be changed
      i = tight(m) ? m : tight(u) ? u : -1;
      if (i < 0) return path.reverse();
      path.push(i);
    }
  }

  /** Puts `v`, which follows `u` on their machine, before it. */
  swap(u: number, v: number): void {
    const p = this.earlier[u] as number;
    const q = this.later[v] as number;
    if (p >= 0) this.later[p] = v;
    if (q >= 0) this.earlier[q] = u;
    this.earlier[v] = p;
    this.later[v] = u;
    this.earlier[u] = v;
    this.later[u] = q;
  }
}
