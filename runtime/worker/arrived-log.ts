import { and, eq, gte, inArray, lt } from 'drizzle-orm';
import { chunk, historyCursor, lane, tag } from '#drizzle/schema/index.ts';
import { readArrived } from '#runtime/log/archive-reader.ts';
import { type LogReader, LogTruncatedError } from '#runtime/log/reader.ts';
import { timelineOfInput } from '#runtime/replay/slice-input.ts';
import type { Timeline } from '#runtime/replay/timeline.ts';
import { dueTimes, type Place } from '#runtime/schedule/due.ts';
import { buildInput, type Carried, type InputPlan, type NumberedEntry, startOf, wavesNeeded } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import type { ReplayTools } from './replay-graph.ts';
import type { WaveStore } from './wave-store.ts';

const DAY = 86_400_000;
/** Entries of a stretch: with lanes of a thousand tags some 20 MB decoded. */
const ENTRIES = 2_000;
/** No shard has it: what was said to the running version alone does not reach another one. */
const NOBODY = -1;
/** Behind every lane, as a tick is appended when its time has come. */
const AFTER_ALL = Number.MAX_SAFE_INTEGER;

interface Arrived {
  readonly orgId: string;
  /** Append times. */
  readonly window: { readonly from: number; readonly to: number };
  readonly info: ProgramInfo;
  readonly bindings: InputPlan['bindings'];
  readonly key: string;
  /** Whose forms and ticks are the program's, too. */
  readonly beside?: { readonly instanceId: string; readonly info: ProgramInfo } | undefined;
  readonly place: Place;
}

/** The organization's control lane, and every lane in which samples of the tags have come. */
export async function lanesOf({ db }: ReplayTools, { orgId, bindings, window }: Arrived): Promise<number[]> {
  const ids = [...new Set(bindings.map((binding) => binding.tag))];
  const control = await db
    .select({ id: lane.id })
    .from(lane)
    .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control')));
  if (ids.length === 0) return control.map((row) => row.id);
  const now = await db
    .select({ id: tag.laneId })
    .from(tag)
    .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)));
  // A tag that moved to another connection since was in another lane then; what came late has an older event time.
  const then = await db
    .selectDistinct({ id: chunk.laneId })
    .from(chunk)
    .where(
      and(eq(chunk.orgId, orgId), inArray(chunk.tagId, ids), gte(chunk.t1, window.from - 7 * DAY), lt(chunk.t0, window.to + DAY)),
    );
  const all = [...control, ...now, ...then].flatMap((row) => (row.id === null ? [] : [row.id]));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Does the log, with its archives, still have everything of these lanes from the begin of the window on? */
export async function reaches(
  { db }: ReplayTools,
  log: LogReader,
  lanes: readonly number[],
  { orgId, window: { from } }: Pick<Arrived, 'orgId' | 'window'>,
): Promise<boolean> {
  try {
    for (const one of lanes) {
      const before = await log.before(one, from);
      const rows = await log.readAfter([one], [before], 1);
      if (before > 0 || rows.length > 0) continue;
      // Nothing is left of the lane; whether there was anything, the historian knows.
      const [stored] = await db.select({ seq: historyCursor.seq }).from(historyCursor).where(eq(historyCursor.laneId, one));
      if (!stored || stored.seq === 0) continue;
      const later = and(eq(chunk.orgId, orgId), eq(chunk.laneId, one), gte(chunk.t1, from));
      const [there] = await db.select({ tag: chunk.tagId }).from(chunk).where(later).limit(1);
      if (there) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof LogTruncatedError) return false;
    throw error;
  }
}

/**
 * What came in the window, entry by entry, as another version than the one that ran would have got it: all lanes by append time, then lane, then
 * number. Forms and ticks of the instance that it is beside come where they came; ticks of schedules that it does not have are made.
 */
export async function* arrivedStretches(
  log: LogReader,
  lanes: readonly number[],
  wanted: Arrived,
  waves: WaveStore,
): AsyncGenerator<Timeline> {
  const { window, info, beside } = wanted;
  const plan: InputPlan = {
    shardId: NOBODY,
    instanceId: beside?.instanceId ?? '',
    key: wanted.key,
    info,
    bindings: wanted.bindings,
  };
  const ticks = madeTicks(wanted, plan.instanceId);
  let carried: Carried = startOf(info);
  let entries: NumberedEntry[] = [];
  const stretch = async (): Promise<Timeline | undefined> => {
    const built = buildInput(plan, carried, entries, await waves.fetch(wavesNeeded(plan, entries)));
    entries = [];
    carried = built.after;
    return built.input.n > 0 ? timelineOfInput(built.input) : undefined;
  };
  const recorded = recordedSchedules(wanted);
  for await (const row of readArrived(log, lanes, window)) {
    const { entry } = row;
    if (entry.kind === 'control' && entry.event.type === 'schedule' && !recorded.has(entry.event.node)) continue;
    ticks.until(entry.at, entries);
    entries.push(row);
    if (entries.length < ENTRIES) continue;
    const line = await stretch();
    if (line) yield line;
  }
  ticks.until(window.to, entries);
  const line = await stretch();
  if (line) yield line;
}

/** Schedules that the version which ran has, too, under the same rule: their ticks are in the log. */
function recordedSchedules({ info, beside }: Arrived): ReadonlySet<string> {
  const same = info.sources.filter(({ node, schedule }) =>
    beside?.info.sources.some(
      (one) => one.node === node && schedule && one.schedule && JSON.stringify(one.schedule) === JSON.stringify(schedule),
    ),
  );
  return new Set(same.map(({ node }) => node));
}

/** Ticks of the other schedules, as an unbroken run would have had them. */
function madeTicks(wanted: Arrived, instanceId: string) {
  const recorded = recordedSchedules(wanted);
  const { window, info, place, key } = wanted;
  const due = info.sources.flatMap(({ node, schedule }) =>
    schedule && !recorded.has(node)
      ? [...dueTimes(schedule, place, window.from - 1, window.to - 1)].map((one) => ({ node, ...one }))
      : [],
  );
  due.sort((a, b) => a.at - b.at);
  let next = 0;
  return {
    /** Adds those that are due before `time`, or at it where nothing comes any more. */
    until(time: number, into: NumberedEntry[]) {
      for (let tick = due[next]; tick && tick.at < time; tick = due[++next])
        into.push({
          lane: AFTER_ALL,
          seq: next + 1,
          entry: {
            kind: 'control',
            at: tick.at,
            event: {
              type: 'schedule',
              instanceId,
              node: tick.node,
              key,
              due: tick.at,
              shift: tick.shift,
              day: tick.day,
              missed: 0,
            },
          },
        });
    },
  };
}
