import type { AnswerRow, SourceRows, StepInput, StepResult } from '#runtime/step/contract.ts';
import type { Timeline } from './timeline.ts';

/** Rows `from` to `to` (exclusive) of an input, numbered anew behind `answers`, which come first, at the time of the first row. */
export function sliceInput(
  whole: StepInput,
  from: number,
  to: number,
  answers: readonly Omit<AnswerRow, 'row'>[] = [],
): StepInput {
  if (from === 0 && to === whole.n && answers.length === 0) return whole;
  const first = answers.length;
  const start = from < whole.n ? (whole.clock[from] ?? 0) : (whole.clock[whole.n - 1] ?? 0);
  const clock = new Float64Array(first + to - from).fill(start, 0, first);
  clock.set(whole.clock.subarray(from, to), first);
  const shift = first - from;
  return {
    n: first + to - from,
    clock,
    words: whole.words,
    sources: whole.sources.flatMap((rows) => sliceRows(rows, from, to, shift)),
    answers: [
      ...answers.map((answer, row) => ({ ...answer, row })),
      ...whole.answers.flatMap((answer) =>
        answer.row >= from && answer.row < to ? [{ ...answer, row: answer.row + shift }] : [],
      ),
    ],
  };
}

function sliceRows(rows: SourceRows, from: number, to: number, shift: number): SourceRows[] {
  const begin = firstAtLeast(rows.row, rows.n, from);
  const end = firstAtLeast(rows.row, rows.n, to);
  if (begin === end) return [];
  return [
    {
      source: rows.source,
      n: end - begin,
      row: rows.row.slice(begin, end).map((row) => row + shift),
      time: rows.time.subarray(begin, end),
      key: rows.key.subarray(begin, end),
      columns: rows.columns.map((column) =>
        column instanceof Float64Array ? column.subarray(begin, end) : column.slice(begin, end),
      ),
      quality: rows.quality.map((column) => column?.subarray(begin, end)),
    },
  ];
}

/** First place of an ascending list whose value is at least `limit`. */
export function firstAtLeast(list: ArrayLike<number>, n: number, limit: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((list[mid] as number) < limit) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** Entries of the log, made rows as a live step makes them, as a stretch of a replay. */
export const timelineOfInput = (input: StepInput): Timeline => ({
  n: input.n,
  clock: input.clock,
  input: (from, to, answers) => sliceInput(input, from, to, answers),
});

/** What the parts of one input gave, as one. */
export function joinResults(parts: readonly StepResult[]): StepResult {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const late: Record<string, number> = {};
  for (const part of parts) for (const [node, n] of Object.entries(part.late)) late[node] = (late[node] ?? 0) + n;
  const last = parts.at(-1);
  return {
    outputs: parts.flatMap((part) => part.outputs),
    effects: parts.flatMap((part) => part.effects),
    alarms: parts.flatMap((part) => part.alarms),
    dead: parts.flatMap((part) => part.dead),
    late,
    wakeAt: last?.wakeAt ?? null,
    ...(last?.probes ? { probes: last.probes } : {}),
  };
}
