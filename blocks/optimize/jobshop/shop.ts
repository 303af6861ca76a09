/** Tables of operations and pauses as the request of the host, and its answer as tables. Times: epoch ms outside, min from the plan's beginning inside. */

const MINUTE = 60_000;
type Times = ArrayLike<number> | undefined;

export interface Operations {
  readonly n?: number;
  readonly job: ArrayLike<string>;
  readonly step: ArrayLike<number>;
  readonly machine: ArrayLike<string>;
  readonly duration: ArrayLike<number>;
  readonly release?: Times;
  readonly due?: Times;
  readonly weight?: Times;
  readonly start?: Times;
}
export interface Pauses {
  machine: string[];
  from: number[];
  to: number[];
}
export const noPauses = (): Pauses => ({ machine: [], from: [], to: [] });
export const pausesOf = (row: { machine: ArrayLike<string>; from: ArrayLike<number>; to: ArrayLike<number> }): Pauses => ({
  machine: Array.from(row.machine),
  from: Array.from(row.from),
  to: Array.from(row.to),
});

interface Wish {
  readonly objective: 'makespan' | 'tardiness';
  readonly frozen: number;
  readonly timeLimit: number;
  readonly seed: number;
}

/** @throws RangeError that names the row */
export function requestOf(rows: Operations, pauses: Pauses, at: number, wish: Wish): Record<string, unknown> {
  const minutes = (times: Times, i: number): number | undefined => {
    const time = times?.[i];
    return time === undefined || !Number.isFinite(time) ? undefined : Math.max(0, (time - at) / MINUTE);
  };
  const operations = Array.from(rows.job, (job, i) => {
    const duration = rows.duration[i] ?? Number.NaN;
    if (!(duration >= 0)) throw new RangeError(`operation ${rows.step[i]} of job '${job}' has no duration`);
    const weight = rows.weight?.[i];
    return {
      job,
      step: rows.step[i],
      machine: rows.machine[i],
      duration,
      ...optional('release', minutes(rows.release, i)),
      ...optional('due', minutes(rows.due, i)),
      ...optional('start', minutes(rows.start, i)),
      ...optional('weight', weight === undefined || Number.isNaN(weight) ? undefined : weight),
    };
  });
  if (operations.length === 0) throw new RangeError('there is no operation to plan');
  return {
    operations,
    breaks: pauses.machine.map((machine, i) => ({
      machine,
      from: Math.max(0, ((pauses.from[i] ?? 0) - at) / MINUTE),
      to: Math.max(0, ((pauses.to[i] ?? 0) - at) / MINUTE),
    })),
    ...wish,
  };
}
const optional = (name: string, value: number | undefined): object => (value === undefined ? {} : { [name]: value });

interface Answer {
  readonly status: string;
  readonly objective: number;
  readonly bound: number;
  readonly operations: readonly { job: string; step: number; machine: string; start: number; end: number }[];
}

/** By machine and start: as a plan is read. */
export function planOf(value: unknown, at: number) {
  const list = [...(value as Answer).operations].sort((a, b) =>
    a.machine === b.machine ? a.start - b.start : a.machine < b.machine ? -1 : 1,
  );
  return {
    job: list.map((o) => o.job),
    step: list.map((o) => o.step),
    machine: list.map((o) => o.machine),
    from: list.map((o) => at + o.start * MINUTE),
    to: list.map((o) => at + o.end * MINUTE),
  };
}

export function summaryOf(value: unknown) {
  const { status, objective, bound } = value as Answer;
  return { status, objective, bound, gap: objective > 0 ? ((objective - bound) / objective) * 100 : 0 };
}
