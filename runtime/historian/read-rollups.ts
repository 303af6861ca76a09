import type { Grid } from './grid.ts';
import { DAY_MS, HOUR_MS, readHours } from './hours.ts';
import { type HistoryReader, parts, readSamples } from './query.ts';
import { joinRollups, type Rollup, rollUp } from './rollup.ts';

/**
 * What each stretch of the grid holds, for each series, those without a sample left out. Days that have their hours are joined from these
 * where the grid lies on whole hours; the rest is read a day at a time.
 */
export async function readRollups(reader: HistoryReader, ids: readonly number[], grid: Grid): Promise<Map<number, Rollup[]>> {
  const from = grid.starts[0] ?? grid.end;
  const found = new Map<number, Rollup[]>(ids.map((id) => [id, []]));
  const hourly = grid.starts.every(onHour) && onHour(grid.end);
  const hours = hourly ? await readHours(reader, ids, { from, to: grid.end }) : new Map<number, Map<number, Rollup[]>>();
  if (hourly)
    // What is only in the log as yet may be late for a day that has its hours.
    for (const { id, samples } of await parts(reader, ids, { from, to: grid.end }, (facts) => new Set(facts)))
      for (const time of samples.time) hours.get(id)?.delete(Math.floor(time / DAY_MS));
  /** Pieces of the stretch that is being gathered, by series. */
  const pieces = new Map<number, Rollup[]>(ids.map((id) => [id, []]));
  let at = 0;
  const close = (start: number) => {
    for (const [id, list] of pieces) {
      if (list.length > 0) found.get(id)?.push(joinRollups(start, list));
      list.length = 0;
    }
  };
  for (let day = Math.floor(from / DAY_MS); day * DAY_MS < grid.end; day++) {
    const window = { from: Math.max(from, day * DAY_MS), to: Math.min(grid.end, (day + 1) * DAY_MS) };
    const starts = [window.from, ...between(grid.starts, window.from, window.to)];
    const exact = ids.filter((id) => !hours.get(id)?.has(day));
    const read = exact.length > 0 ? await readSamples(reader, exact, window) : new Map();
    const ofDay = new Map(
      ids.map((id) => {
        const samples = read.get(id);
        return [id, samples ? rollUp(samples, starts, window.to) : (hours.get(id)?.get(day) ?? [])];
      }),
    );
    for (const [i, start] of starts.entries()) {
      if (start > from && start === grid.starts[at + 1]) {
        close(grid.starts[at] as number);
        at++;
      }
      const to = starts[i + 1] ?? window.to;
      for (const [id, list] of ofDay) pieces.get(id)?.push(...list.filter((r: Rollup) => r.start >= start && r.start < to));
    }
  }
  close(grid.starts[at] ?? from);
  return found;
}

const onHour = (time: number): boolean => time % HOUR_MS === 0;
const between = (starts: readonly number[], from: number, to: number): number[] =>
  starts.filter((start) => start > from && start < to);
