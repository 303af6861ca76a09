import { and, asc, eq, gte, lt } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { event } from '#drizzle/schema/index.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import { readSlices } from '#runtime/historian/slices.ts';
import { scheduleRows } from '#runtime/replay/schedule-rows.ts';
import { type RowSeries, type Timeline, timelineOf } from '#runtime/replay/timeline.ts';
import type { Place } from '#runtime/schedule/due.ts';
import type { SourceBinding } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { rowsOf } from './event-rows.ts';
import type { ReplayWish } from './replay-graph.ts';
import { stretchOf, wavesIn } from './replay-rows.ts';
import type { WaveStore } from './wave-store.ts';

/** Rows from the historian: as corrected, or as arrived where the log does not reach back so far. Ticks are those of an unbroken run. */
export async function* historyStretches(
  reader: HistoryReader,
  { window, input, key }: ReplayWish,
  info: ProgramInfo,
  bindings: readonly SourceBinding[],
  waves: WaveStore,
  place: Place,
  forms: readonly RowSeries[],
): AsyncGenerator<Timeline> {
  const ids = [...new Set(bindings.map((binding) => binding.tag))];
  const arrived = input === 'arrived';
  let upto = window.from - 1;
  /** Ticks and forms up to a moment, once. */
  const others = (to: number): RowSeries[] => {
    const from = upto;
    if (to <= from) return [];
    upto = to;
    const ticks = scheduleRows(info, { place, key, from, to, arrived });
    return [...ticks, ...forms.flatMap((one) => between(one, from, to, arrived))];
  };
  let since: number | undefined;
  if (ids.length > 0)
    for await (const slices of readSlices(reader, ids, window, input)) {
      const fetched = await waves.fetch(wavesIn(slices));
      const ends = slices.map(({ samples }) => (arrived ? samples.at : samples.time).at(-1) ?? window.from);
      const line = stretchOf(info, bindings, slices, input, fetched, since, others(Math.min(window.to - 1, Math.max(...ends))));
      if (line.n === 0) continue;
      if (arrived) since = line.clock[line.n - 1];
      yield line;
    }
  const rest = others(window.to - 1);
  if (rest.length > 0) yield timelineOf(rest, since);
}

/** What people entered in the forms of an instance, by the time at which they did. */
export async function formRows(
  db: Db,
  orgId: string,
  instanceId: string,
  window: { readonly from: number; readonly to: number },
  info: ProgramInfo,
  key: string,
): Promise<RowSeries[]> {
  if (!info.sources.some((source) => source.form !== undefined)) return [];
  const rows = await db
    .select({ at: event.at, lane: event.laneId, seq: event.seq, event: event.body })
    .from(event)
    .where(
      and(
        eq(event.orgId, orgId),
        eq(event.type, 'form'),
        eq(event.subject, instanceId),
        gte(event.at, window.from),
        lt(event.at, window.to),
      ),
    )
    .orderBy(asc(event.at), asc(event.seq));
  return rows.flatMap((row) => rowsOf(row, info, key, instanceId));
}

/** A form's or event's one row, when its time is in (from, to]. */
function between({ arrival, ...row }: RowSeries, from: number, to: number, arrived: boolean): RowSeries[] {
  const [at = Number.NaN] = row.time;
  if (!(at > from && at <= to)) return [];
  return [arrived && arrival ? { ...row, arrival } : row];
}
