import { and, asc, eq, gte, inArray, lt } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { alarm, alarmEvent, audit, event } from '#drizzle/schema/index.ts';
import { actTold, alarmTold } from '#runtime/events/forward.ts';
import type { ControlEntry, ControlEvent } from '#runtime/log/contract.ts';
import type { RowSeries } from '#runtime/replay/timeline.ts';
import { buildInput, startOf } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';

interface Window {
  readonly from: number;
  readonly to: number;
}
/** An entry of a control lane as the historian keeps it. */
interface Kept {
  readonly at: number;
  readonly lane: number;
  readonly seq: number;
  readonly event: ControlEvent;
}
/** Lane of what stands in no lane: nobody took it when it happened. */
const UNTOLD = 0;

/**
 * What happened in the window, as rows of the program's event sources: alarms and acts from their journals, whoever took them then, everything else from
 * what the historian keeps of the control lane.
 */
export async function eventRows(db: Db, orgId: string, window: Window, info: ProgramInfo, key: string): Promise<RowSeries[]> {
  const kinds = new Set(info.sources.flatMap((source) => source.event?.kinds ?? []));
  if (kinds.size === 0) return [];
  const [from, to] = [new Date(window.from), new Date(window.to)];
  const alarms = kinds.has('alarm')
    ? await db
        .select({ event: alarmEvent, alarm })
        .from(alarmEvent)
        .innerJoin(alarm, eq(alarm.id, alarmEvent.alarmId))
        .where(and(eq(alarmEvent.orgId, orgId), gte(alarmEvent.at, from), lt(alarmEvent.at, to)))
        .orderBy(asc(alarmEvent.at), asc(alarmEvent.id))
    : [];
  const acts = kinds.has('audit')
    ? await db
        .select()
        .from(audit)
        .where(and(eq(audit.orgId, orgId), gte(audit.at, from), lt(audit.at, to)))
        .orderBy(asc(audit.seq))
    : [];
  const others = await db
    .select({ at: event.at, lane: event.laneId, seq: event.seq, event: event.body })
    .from(event)
    .where(
      and(eq(event.orgId, orgId), inArray(event.type, ['event', 'record']), gte(event.at, window.from), lt(event.at, window.to)),
    )
    .orderBy(asc(event.at), asc(event.seq));
  const journalled = [
    ...alarms.map((row) => ({ at: row.event.at.getTime(), event: alarmTold(row) })),
    ...acts.map((row) => ({ at: row.at.getTime(), event: actTold(row) })),
  ].map((one, i) => ({ ...one, lane: UNTOLD, seq: i }));
  return [
    ...journalled,
    ...others.filter(({ event: one }) => one.type !== 'event' || !['alarm', 'audit'].includes(one.kind)),
  ].flatMap((one) => rowsOf(one, info, key));
}

/** One entry of the control lane as the rows that it gives the program. */
export function rowsOf({ at, lane, seq, event: one }: Kept, info: ProgramInfo, key: string, instanceId = ''): RowSeries[] {
  const entry: ControlEntry = { kind: 'control', at, event: one };
  const { input } = buildInput({ shardId: -1, instanceId, key, info, bindings: [] }, startOf(info), [{ lane, seq, entry }]);
  return input.sources.map(({ source, time, columns, quality }) => ({
    source,
    key: input.words.at(-1) ?? key,
    time,
    columns,
    quality,
    arrival: { at: Float64Array.of(at), lane, seq: Float64Array.of(seq) },
  }));
}
