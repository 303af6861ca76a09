import type { AnswerRow, SourceRows, StepInput } from '#runtime/step/contract.ts';
import { type Arrival, mergeRows } from './merge-rows.ts';

/** Rows of one source for one key, ascending in time, or in `arrival` where that is given; columns in the order of the source's schema. */
export interface RowSeries {
  /** Index into `ProgramInfo.sources`. */
  readonly source: number;
  readonly key: string;
  /** Event time, epoch ms. */
  readonly time: Float64Array;
  readonly columns: readonly (Float64Array | readonly unknown[])[];
  readonly quality: readonly (Uint8Array | undefined)[];
  /** As it arrived: all series of a timeline have it, or none. */
  readonly arrival?: Arrival;
}

/** A stretch of rows of all sources in the order in which the program gets them; any range of it can be made a step's input. */
export interface Timeline {
  readonly n: number;
  /** The entry's time of a row, epoch ms, ascending. */
  readonly clock: Float64Array;
  /** Rows `from` to `to` (exclusive), after the answers that are due. */
  input(from: number, to: number, answers?: readonly Omit<AnswerRow, 'row'>[]): StepInput;
}

/**
 * Merges the series by time, and at equal time in the order of `series`, so the same data always gives the same steps. As it arrived: by
 * append time, lane, number, and within one entry by time; `clock` never goes back below `since`, the clock of the stretch before.
 */
export function timelineOf(series: readonly RowSeries[], since = Number.NEGATIVE_INFINITY): Timeline {
  const { n, clock, which, index } = mergeRows(series, since);
  const words = [...new Set(series.map((one) => one.key))];
  const keyCode = Int32Array.from(series, (one) => words.indexOf(one.key));
  const sourceIds = [...new Set(series.map((one) => one.source))].sort((a, b) => a - b);
  const slotOf = Int32Array.from(series, (one) => sourceIds.indexOf(one.source));
  const models = sourceIds.map((id) => series.find((one) => one.source === id) as RowSeries);

  return {
    n,
    clock,
    input(from, to, answers = []) {
      const first = answers.length;
      const start = from < n ? (clock[from] ?? 0) : (clock[n - 1] ?? 0);
      const times = new Float64Array(first + to - from).fill(start, 0, first);
      times.set(clock.subarray(from, to), first);
      const counts = new Int32Array(sourceIds.length);
      for (let at = from; at < to; at++) {
        const slot = slotOf[which[at] as number] as number;
        counts[slot] = (counts[slot] as number) + 1;
      }
      const fills = models.map((model, slot) => new Fill(model, counts[slot] as number));
      for (let at = from; at < to; at++) {
        const s = which[at] as number;
        (fills[slotOf[s] as number] as Fill).put(
          at - from + first,
          series[s] as RowSeries,
          keyCode[s] as number,
          index[at] as number,
        );
      }
      return {
        n: first + to - from,
        clock: times,
        words,
        sources: fills.filter((fill) => fill.n > 0).map((fill) => fill.rows()),
        answers: answers.map((answer, row) => ({ ...answer, row })),
      };
    },
  };
}

/** The rows of one source while they are picked: no object a row. */
class Fill {
  n = 0;
  private readonly source: number;
  private readonly row: Int32Array;
  private readonly time: Float64Array;
  private readonly key: Int32Array;
  private readonly columns: (Float64Array | unknown[])[];
  private readonly quality: (Uint8Array | undefined)[];

  constructor(model: RowSeries, size: number) {
    this.source = model.source;
    this.row = new Int32Array(size);
    this.time = new Float64Array(size);
    this.key = new Int32Array(size);
    this.columns = model.columns.map((column) => (column instanceof Float64Array ? new Float64Array(size) : new Array(size)));
    this.quality = model.columns.map(() => undefined);
  }

  put(row: number, from: RowSeries, key: number, index: number): void {
    const at = this.n++;
    this.row[at] = row;
    this.time[at] = from.time[index] as number;
    this.key[at] = key;
    for (let c = 0; c < this.columns.length; c++) {
      (this.columns[c] as unknown[])[at] = (from.columns[c] as readonly unknown[])[index];
      const code = from.quality[c]?.[index];
      if (!code) continue;
      const quality = this.quality[c] ?? new Uint8Array(this.row.length);
      this.quality[c] = quality;
      quality[at] = code;
    }
  }

  rows(): SourceRows {
    const { source, n, row, time, key, columns, quality } = this;
    return { source, n, row, time, key, columns, quality };
  }
}

/** A step in which nothing came but time: what makes timers due. */
export const tickInput = (time: number, answers: readonly Omit<AnswerRow, 'row'>[] = []): StepInput => ({
  n: answers.length + 1,
  clock: new Float64Array(answers.length + 1).fill(time),
  words: [],
  sources: [],
  answers: answers.map((answer, row) => ({ ...answer, row })),
});
