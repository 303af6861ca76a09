import { and, asc, eq, gt, gte, inArray, lt, or } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { event } from '#drizzle/schema/history.ts';
import type { ControlEvent, LogRow } from '#runtime/log/contract.ts';

/** An entry of a control lane that is worth keeping when the log's day is gone. */
export interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly subject: string;
  readonly event: ControlEvent;
}

/** Undefined for samples, outputs and ticks: a tick says only that time went on. */
export function eventOf({ seq, entry }: LogRow): EventRow | undefined {
  if (entry.kind !== 'control' || entry.event.type === 'tick') return undefined;
  const { event } = entry;
  // what is tried again is in the log and in the dead letters; here it would be bytes nobody reads
  // so would be a table that was read or computed for an app: the log and its archives have it
  const told =
    event.type === 'retry'
      ? { ...event, entry: undefined }
      : event.type === 'answer' && isLarge(event.value)
        ? { ...event, value: undefined }
        : event;
  return { seq, at: entry.at, subject: subjectOf(event), event: told as ControlEvent };
}

const LARGE = 2_000;
const isLarge = (value: unknown): boolean => typeof value === 'object' && value !== null && JSON.stringify(value).length > LARGE;

function subjectOf(event: ControlEvent): string {
  if ('instanceId' in event) return event.instanceId;
  if ('alarmId' in event) return event.alarmId;
  return 'shardId' in event ? String(event.shardId) : '';
}

export interface EventQuery {
  /** Append time, epoch ms: `from` included, `to` not. */
  readonly from: number;
  readonly to: number;
  readonly types?: readonly string[] | undefined;
  /** Instance, shard or alarm. */
  readonly subject?: string | undefined;
  readonly limit: number;
  /** Go on after this one. */
  readonly after?: { readonly at: number; readonly seq: number } | undefined;
}

/** What an organization's control lane said, oldest first; some minutes may pass before an entry is found here. */
export async function readEvents(tx: Tx, orgId: string, query: EventQuery) {
  const { after } = query;
  return tx
    .select({ at: event.at, lane: event.laneId, seq: event.seq, type: event.type, subject: event.subject, event: event.body })
    .from(event)
    .where(
      and(
        eq(event.orgId, orgId),
        gte(event.at, query.from),
        lt(event.at, query.to),
        query.types && inArray(event.type, [...query.types]),
        query.subject === undefined ? undefined : eq(event.subject, query.subject),
        after && or(gt(event.at, after.at), and(eq(event.at, after.at), gt(event.seq, after.seq))),
      ),
    )
    .orderBy(asc(event.at), asc(event.seq))
    .limit(query.limit);
}
