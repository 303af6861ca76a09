import type { LogRow } from './contract.ts';

/** Output entries read ahead while a journal is followed. */
const JOURNAL_ROWS = 256;
const ENTRIES_A_READ = 256;

export interface JournalStep {
  readonly step: number;
  readonly entries: readonly LogRow[];
  readonly upto: readonly number[];
  /** What was committed then. */
  readonly committed: LogRow;
}

/**
 * The steps that a shard took, each with the very entries that it consumed: from `cursor` after step `from`, to step `to`. Entries that were
 * set aside by a decision (`skip`: `lane:seq`) are left out, as they were then. Feeding these to the same program from the same state gives the same outputs.
 */
export async function* readJournal(
  reader: { readAfter(lanes: readonly number[], cursors: readonly number[], limit: number): Promise<readonly LogRow[]> },
  options: {
    outLane: number;
    lanes: readonly number[];
    cursor: readonly number[];
    from: number;
    to: number;
    skip?: ReadonlySet<string>;
  },
): AsyncGenerator<JournalStep> {
  const { lanes, skip } = options;
  let cursor = [...options.cursor];
  let step = options.from;
  const ahead = lanes.map((): LogRow[] => []);
  const fetched = [...cursor];
  while (step < options.to) {
    const journal = await reader.readAfter([options.outLane], [step], Math.min(JOURNAL_ROWS, options.to - step));
    if (journal.length === 0)
      throw new Error(`journal of lane ${options.outLane} ends at step ${step}; step ${options.to} was committed`);
    const goal = journal.at(-1)?.upto ?? [];
    for (const committed of journal) {
      const upto = committed.upto;
      if (upto?.length !== lanes.length)
        throw new Error(
          `journal of lane ${options.outLane}: step ${committed.seq} names ${upto?.length ?? 0} lanes of ${lanes.length}`,
        );
      const behind = () => lanes.findIndex((_, i) => (fetched[i] ?? 0) < (upto[i] ?? 0));
      for (let i = behind(); i >= 0; i = behind()) {
        // all lanes at once, as far as these steps will need them
        const due = lanes.map((_, l) => l).filter((l) => (fetched[l] ?? 0) < (goal[l] ?? 0));
        const rows = await reader.readAfter(
          due.map((l) => lanes[l] ?? 0),
          due.map((l) => fetched[l] ?? 0),
          ENTRIES_A_READ,
        );
        for (const row of rows) {
          const l = lanes.indexOf(row.lane);
          ahead[l]?.push(row);
          fetched[l] = row.seq;
        }
        if (!rows.some((row) => row.lane === lanes[i]))
          throw new Error(`lane ${lanes[i]} ends at ${fetched[i]}; step ${committed.seq} consumed up to ${upto[i]}`);
      }
      const entries: LogRow[] = [];
      for (const [i] of lanes.entries()) {
        const end = upto[i] ?? 0;
        const waiting = ahead[i] ?? [];
        let n = 0;
        while (n < waiting.length && (waiting[n]?.seq ?? 0) <= end) n++;
        for (const row of waiting.splice(0, n)) if (!skip?.has(`${row.lane}:${row.seq}`)) entries.push(row);
      }
      cursor = [...upto];
      step = committed.seq;
      yield { step, entries, upto: cursor, committed };
    }
  }
}
