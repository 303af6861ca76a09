import { BAD } from '#runtime/batch/quality.ts';
import { Dictionary } from '#runtime/batch/text.ts';
import type { AnswerRow, ProgramInfo, SourceRows, StepInput } from '#runtime/step/contract.ts';

/** One row as tests and file readers have it: objects. Hosts with columns build `StepInput` themselves. */
export interface InputRow {
  /** Index into `ProgramInfo.sources`; absent = a tick. */
  readonly source?: number;
  /** Entry time, epoch ms; absent = `time`. */
  readonly clock?: number;
  /** Event time, epoch ms; absent = `clock`. */
  readonly time?: number;
  readonly key?: string;
  /** By column; what is missing, and what is no number where a number is needed, is `bad:missing`. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly quality?: Readonly<Record<string, number>>;
  /** Instead of a source's row: the answer to an effect. */
  readonly answer?: Omit<AnswerRow, 'row' | 'key'>;
}

const MISSING = 137;
const BOXED = new Set(['text', 'json', 'wave', 'blob', 'decimal']);

/** Rows in log order -> the input of one step. */
export function buildStepInput(info: Pick<ProgramInfo, 'sources'>, rows: readonly InputRow[]): StepInput {
  const words = new Dictionary();
  const clock = Float64Array.from(rows, (r) => r.clock ?? r.time ?? 0);
  const sources: SourceRows[] = [];
  for (const [source, { schema }] of info.sources.entries()) {
    const mine = rows.flatMap((row, at) => (row.source === source ? [{ row, at }] : []));
    if (mine.length === 0) continue;
    const columns = Object.entries(schema.columns).map(([name, { type }]) => {
      const values = mine.map(({ row }) => row.values?.[name]);
      return schema.kind === 'frame' || BOXED.has(type)
        ? values
        : Float64Array.from(values, (v) => (v === undefined || v === null ? Number.NaN : Number(v)));
    });
    const quality = Object.keys(schema.columns).map((name, c) => {
      const numbers = columns[c] instanceof Float64Array ? columns[c] : undefined;
      const codes = Uint8Array.from(mine, ({ row }, i) => {
        const value = row.values?.[name];
        const code = row.quality?.[name] ?? (value === undefined || value === null ? MISSING : 0);
        // as of a device that says that it is good (`runtime/step/build-input.ts`)
        return numbers && Number.isNaN(numbers[i]) && code < BAD ? MISSING : code;
      });
      return codes.some((q) => q !== 0) ? codes : undefined;
    });
    sources.push({
      source,
      n: mine.length,
      row: Int32Array.from(mine, (m) => m.at),
      time: Float64Array.from(mine, ({ row, at }) => row.time ?? clock[at] ?? 0),
      key: Int32Array.from(mine, ({ row }) => words.code(row.key ?? '')),
      columns,
      quality,
    });
  }
  const answers = rows.flatMap((row, at): AnswerRow[] => (row.answer ? [{ ...row.answer, row: at, key: row.key ?? '' }] : []));
  return { n: rows.length, clock, words: words.words, sources, answers };
}
