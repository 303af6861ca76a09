import type { AnswerRow, SourceRows, StepInput } from '#runtime/step/contract.ts';

/** Rows of one source for one key, ascending in time; columns in the order of the source's schema. */
export interface RowSeries {
  /** Index into `ProgramInfo.sources`. */
  readonly source: number;
  readonly key: string;
  /** Event time, epoch ms. */
  readonly time: Float64Array;
  readonly columns: readonly (Float64Array | readonly unknown[])[];
  readonly quality: readonly (Uint8Array | undefined)[];
}

/** A stretch of rows of all sources in the order in which the program gets them; any range of it can be made a step's input. */
export interface Timeline {
  readonly n: number;
  /** The entry's time of a row, epoch ms, ascending. */
  readonly clock: Float64Array;
  /** Rows `from` to `to` (exclusive), after the answers that are due. */
  input(from: number, to: number, answers?: readonly Omit<AnswerRow, 'row'>[]): StepInput;
}

/** Merges the sources by time; at equal time the order of `series` holds, so the same data always gives the same steps. */
export function timelineOf(series: readonly RowSeries[]): Timeline {
  const n = series.reduce((sum, one) => sum + one.time.length, 0);
  const clock = new Float64Array(n);
  const which = new Int32Array(n);
  const index = new Int32Array(n);
  mergeByTime(series, clock, which, index);
  const words = [...new Set(series.map((one) => one.key))];
  const keyCode = series.map((one) => words.indexOf(one.key));
  const sourceIds = [...new Set(series.map((one) => one.source))].sort((a, b) => a - b);

  return {
    n,
    clock,
    input(from, to, answers = []) {
      const first = answers.length;
      const start = from < n ? (clock[from] ?? 0) : (clock[n - 1] ?? 0);
      const times = new Float64Array(first + to - from).fill(start, 0, first);
      times.set(clock.subarray(from, to), first);
      const sources: SourceRows[] = [];
      for (const source of sourceIds) {
        const rows: number[] = [];
        for (let at = from; at < to; at++) if (series[which[at] ?? 0]?.source === source) rows.push(at);
        if (rows.length > 0) sources.push(pick(source, rows));
      }
      return {
        n: first + to - from,
        clock: times,
        words,
        sources,
        answers: answers.map((answer, row) => ({ ...answer, row })),
      };

      function pick(source: number, rows: readonly number[]): SourceRows {
        const model = series.find((one) => one.source === source);
        const at = (row: number) => series[which[row] ?? 0] as RowSeries;
        const count = rows.length;
        return {
          source,
          n: count,
          row: Int32Array.from(rows, (row) => row - from + first),
          time: Float64Array.from(rows, (row) => at(row).time[index[row] ?? 0] ?? 0),
          key: Int32Array.from(rows, (row) => keyCode[which[row] ?? 0] ?? 0),
          columns: (model?.columns ?? []).map((column, c) =>
            column instanceof Float64Array
              ? Float64Array.from(rows, (row) => at(row).columns[c]?.[index[row] ?? 0] as number)
              : rows.map((row) => at(row).columns[c]?.[index[row] ?? 0]),
          ),
          quality: (model?.columns ?? []).map((_column, c) =>
            rows.some((row) => at(row).quality[c]?.[index[row] ?? 0])
              ? Uint8Array.from(rows, (row) => at(row).quality[c]?.[index[row] ?? 0] ?? 0)
              : undefined,
          ),
        };
      }
    },
  };
}

/** A step in which nothing came but time: what makes timers due. */
export const tickInput = (time: number, answers: readonly Omit<AnswerRow, 'row'>[] = []): StepInput => ({
  n: answers.length + 1,
  clock: new Float64Array(answers.length + 1).fill(time),
  words: [],
  sources: [],
  answers: answers.map((answer, row) => ({ ...answer, row })),
});

function mergeByTime(series: readonly RowSeries[], clock: Float64Array, which: Int32Array, index: Int32Array): void {
  const next = new Int32Array(series.length);
  for (let out = 0; out < clock.length; out++) {
    let best = -1;
    let time = Number.POSITIVE_INFINITY;
    for (let s = 0; s < series.length; s++) {
      const candidate = series[s]?.time[next[s] ?? 0];
      if (candidate !== undefined && candidate < time) {
        best = s;
        time = candidate;
      }
    }
    clock[out] = time;
    which[out] = best;
    index[out] = next[best] ?? 0;
    next[best] = (next[best] ?? 0) + 1;
  }
}
