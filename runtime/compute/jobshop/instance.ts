import { ComputeRefusal, type JobshopRequest } from '../requests.ts';

/** A job shop by numbers: operations in the order of the request, their neighbours in the job, their machine. Times in min from the plan's beginning. */
export interface Instance {
  readonly n: number;
  readonly duration: Float64Array;
  readonly release: Float64Array;
  readonly machine: Int32Array;
  readonly machines: readonly string[];
  /** Operation before and after in the same job, -1 = none. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** 1 = stays where the running plan has it (`release` is that start). */
  readonly frozen: Uint8Array;
  /** Per job: last operation, due time (infinite = none), weight. */
  readonly jobs: readonly { readonly name: string; readonly last: number; readonly due: number; readonly weight: number }[];
  /** Per machine: pauses, sorted, apart from each other; from, to, from, to … */
  readonly breaks: readonly Float64Array[];
}

/** @throws ComputeRefusal for jobs that cannot be planned */
export function readInstance(request: JobshopRequest): Instance {
  const { operations } = request;
  const n = operations.length;
  const machines = [...new Set(operations.map((o) => o.machine))].sort();
  const at = new Map(machines.map((machine, i) => [machine, i]));
  const before = new Int32Array(n).fill(-1);
  const after = new Int32Array(n).fill(-1);
  const frozen = new Uint8Array(n);
  const release = new Float64Array(n);
  const jobs = [...Map.groupBy(operations.keys(), (i) => operations[i]?.job ?? '')].map(([name, list]) => {
    const order = list.sort((a, b) => (operations[a]?.step ?? 0) - (operations[b]?.step ?? 0));
    for (let k = 1; k < order.length; k++) {
      const [u, v] = [order[k - 1] ?? 0, order[k] ?? 0];
      if (operations[u]?.step === operations[v]?.step)
        throw new ComputeRefusal('compute-input', {
          en: `Job '${name}' has two operations ${operations[u]?.step}: number its operations in their order.`,
          zh: `作业“${name}”有两个工序号 ${operations[u]?.step}：请按加工顺序编号。`,
        });
      after[u] = v;
      before[v] = u;
    }
    const due = Math.min(...list.map((i) => operations[i]?.due ?? Number.POSITIVE_INFINITY));
    const weight = Math.max(...list.map((i) => operations[i]?.weight ?? 1));
    return { name, last: order.at(-1) ?? 0, due, weight };
  });
  for (const [i, o] of operations.entries()) {
    release[i] = o.release ?? 0;
    if (o.start !== undefined && o.start < request.frozen) {
      frozen[i] = 1;
      release[i] = o.start;
    } else if (request.frozen > 0) release[i] = Math.max(release[i] ?? 0, request.frozen);
  }
  for (let i = 0; i < n; i++)
    if (frozen[i] === 1 && (before[i] ?? -1) >= 0 && frozen[before[i] ?? 0] === 0)
      throw new ComputeRefusal('compute-input', {
        en: `Operation ${operations[i]?.step} of job '${operations[i]?.job}' is frozen, but the one before it has no start in the frozen zone.`,
        zh: `作业“${operations[i]?.job}”的工序 ${operations[i]?.step} 在冻结区内，但其前道工序在冻结区内没有开始时间。`,
      });
  return {
    n,
    duration: Float64Array.from(operations, (o) => o.duration),
    release,
    machine: Int32Array.from(operations, (o) => at.get(o.machine) ?? 0),
    machines,
    before,
    after,
    frozen,
    jobs,
    breaks: machines.map((machine) => merged(request.breaks.filter((b) => b.machine === machine && b.to > b.from))),
  };
}

function merged(breaks: readonly { readonly from: number; readonly to: number }[]): Float64Array {
  const list: number[] = [];
  for (const { from, to } of [...breaks].sort((a, b) => a.from - b.from)) {
    const end = list.at(-1);
    if (end !== undefined && from <= end) list[list.length - 1] = Math.max(end, to);
    else list.push(from, to);
  }
  return Float64Array.from(list);
}

/** The first working moment from `time` on. */
export function working(breaks: Float64Array, time: number): number {
  for (let k = 0; k < breaks.length; k += 2) {
    if (time < (breaks[k] ?? 0)) return time;
    if (time < (breaks[k + 1] ?? 0)) return breaks[k + 1] ?? time;
  }
  return time;
}

/** When work of this duration that begins at `start` is done; pauses do not count. */
export function done(breaks: Float64Array, start: number, duration: number): number {
  let end = start + duration;
  for (let k = 0; k < breaks.length; k += 2) {
    const from = breaks[k] ?? 0;
    if (from >= end) break;
    if ((breaks[k + 1] ?? 0) > start) end += (breaks[k + 1] ?? 0) - Math.max(from, start);
  }
  return end;
}
