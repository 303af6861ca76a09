import type pg from 'pg';
import type { Trouble } from '#drizzle/troubles.ts';
import { connectLog, int8s, LogUnavailableError, sessionLost } from './connection.ts';
import type { LogRow } from './contract.ts';
import { DAY_MS, dayOf } from './days.ts';
import { inTurn } from './in-turn.ts';
import { type OnUnreadable, Unreadable } from './unreadable.ts';

/** Entries older than the oldest kept day were asked for: `code` is stable. */
export class LogTruncatedError extends Error {
  readonly code = 'LOG_TRUNCATED';
  readonly lane: number;
  constructor(lane: number, after: number, found: number) {
    super(`lane ${lane}: entries ${after + 1} to ${found - 1} are no longer kept; the next one is ${found}`);
    this.name = 'LogTruncatedError';
    this.lane = lane;
  }
}

export interface LogReader {
  /**
   * Entries after each (lane, cursor), at most `limit` a lane, in order, in one round trip. Stops in a lane at the first number that is not
   * the next, so nothing can be skipped, and before one of a later format. The same lane may be asked for with several cursors; `after` of a row tells which.
   */
  readAfter(lanes: readonly number[], cursors: readonly number[], limit: number): Promise<(LogRow & { after: number })[]>;
  /** Newest number of each lane; 0 = empty. */
  ends(lanes: readonly number[]): Promise<number[]>;
  /** Newest number of the lane whose append time is before `at` (epoch ms); 0 = none. Append times do not fall within a lane. */
  before(lane: number, at: number): Promise<number>;
  close(): Promise<void>;
}

interface Row {
  lane: number;
  after: number;
  day: number;
  seq: number;
  at: number;
  upto: number[] | null;
  data: Buffer;
}
/** The database's day may have turned while an entry was under way. */
const SLACK_MS = 600_000;
/** Hints may be wrong where a clock was set: what finds nothing in the days they name looks through all days this often. */
const LOOK_AROUND_MS = 30_000;

/** A reader that says what it met. */
export interface OpenLogReader extends LogReader {
  readonly problems: Trouble[];
}

export async function openLogReader(
  url: string,
  options: { name?: string; onUnreadable?: OnUnreadable } = {},
): Promise<OpenLogReader> {
  let client: pg.Client | undefined;
  let closed = false;
  const days = new DayHints();
  const turn = inTurn();
  /** The days are the database's: its time when last asked, and ours by a clock that nobody sets. */
  let asked = { day: 0, ms: 0, at: Number.NEGATIVE_INFINITY };
  const lookedAround = new Map<number, number>();
  const unreadable = new Unreadable(options.onUnreadable);

  async function session(): Promise<pg.Client> {
    if (closed) throw new LogUnavailableError('reader is closed');
    if (client) return client;
    const fresh = await connectLog(url, options.name ?? 'log reader');
    fresh.on('end', () => {
      if (client === fresh) client = undefined;
    });
    client = fresh;
    return fresh;
  }
  async function query<R extends pg.QueryResultRow>(text: string, values: unknown[], name?: string): Promise<R[]> {
    return turn(async () => {
      const on = await session();
      try {
        return (await on.query<R>({ ...(name ? { name } : {}), text, values })).rows;
      } catch (error) {
        if (!sessionLost(error)) throw error;
        on.end().catch(() => {});
        client = undefined;
        throw new LogUnavailableError(error);
      }
    });
  }

  /** Naming the days spares one index probe per kept day: 0.25 ms instead of 1.15 ms at 8 days. */
  const rowsAfter = (lanes: readonly number[], cursors: readonly number[], limit: number, between?: readonly [number, number]) =>
    query<Row>(
      `select u.lane, u.after, l.day, l.seq, l.at, l.upto, l.data from unnest($1::int4[], $2::int8[]) u(lane, after)
         cross join lateral (select day, seq, at, upto, data from log where ${between ? `log.day between ${between[0]} and ${between[1]} and` : ''}
           log.lane = u.lane and log.seq > u.after order by log.day, log.seq limit $3) l`,
      [lanes, int8s(cursors), limit],
      between ? `read ${between[0]} ${between[1]}` : 'read',
    );

  /** The database's time, epoch ms, and its day of the log, which never goes back. */
  async function databaseTime(): Promise<{ day: number; ms: number }> {
    const since = performance.now() - asked.at;
    if (since < LOOK_AROUND_MS) return { day: asked.day, ms: asked.ms + since };
    const [row] = await query<{ day: number; ms: number }>(
      'select log_today() as day, extract(epoch from clock_timestamp())::float8 * 1000 as ms',
      [],
      'time',
    );
    asked = { day: row?.day ?? 0, ms: row?.ms ?? 0, at: performance.now() };
    return asked;
  }

  /** Nothing was found in the days that the hints name, and all days were not searched for a while. */
  const mayBeElsewhere = (lane: number): boolean => {
    const now = performance.now();
    if (now - (lookedAround.get(lane) ?? Number.NEGATIVE_INFINITY) < LOOK_AROUND_MS) return false;
    lookedAround.set(lane, now);
    return true;
  };

  async function readAfter(lanes: readonly number[], cursors: readonly number[], limit: number) {
    const { day, ms } = await databaseTime();
    const last = Math.max(day, dayOf(ms + SLACK_MS));
    const first = lanes.reduce((earliest, lane, i) => Math.min(earliest, days.of(lane, cursors[i] ?? 0)), last);
    const rows = await rowsAfter(lanes, cursors, limit, first > 0 ? [first, last] : undefined);
    const found = new Set(rows.map((row) => `${row.lane} ${row.after}`));
    const empty = lanes.map((lane, i) => ({ lane, after: cursors[i] ?? 0 })).filter((e) => !found.has(`${e.lane} ${e.after}`));
    const doubtful = first > 0 ? empty.filter((e) => mayBeElsewhere(e.lane)) : [];
    if (doubtful.length > 0) {
      const all = await rowsAfter(
        doubtful.map((e) => e.lane),
        doubtful.map((e) => e.after),
        limit,
      );
      for (const row of all) found.add(`${row.lane} ${row.after}`);
      rows.push(...all);
    }
    for (const e of empty)
      if (!found.has(`${e.lane} ${e.after}`)) days.learn(e.lane, e.after, Math.min(day, dayOf(ms - SLACK_MS)));
    const out: (LogRow & { after: number })[] = [];
    let key = '';
    let next = 0;
    let stopped = false;
    for (const row of rows) {
      if (`${row.lane} ${row.after}` !== key) {
        key = `${row.lane} ${row.after}`;
        next = row.after + 1;
        stopped = false;
        if (row.seq !== next) await gap(row);
      }
      if (stopped || row.seq !== next) {
        stopped = true;
        continue;
      }
      const read = decoded(row);
      if (!read) {
        stopped = true;
        continue;
      }
      next++;
      days.learn(row.lane, row.seq, row.day);
      out.push({ ...read, after: row.after });
    }
    return out;
  }
  /** The first entry found is not the next. Either the next one stands in an earlier day than was searched, or it is gone. */
  async function gap(row: Row): Promise<void> {
    days.forget(row.lane);
    const [first] = await rowsAfter([row.lane], [row.after], 1);
    if (first && first.seq !== row.after + 1) throw new LogTruncatedError(row.lane, row.after, first.seq);
  }
  /** Scan groups name the same tags again and again: equal lists become one object, so that readers can keep what they worked out for it. */
  const tagLists = new Map<number, Int32Array>();
  function decoded(row: Row): LogRow | undefined {
    const read = unreadable.read(row);
    if (!read) return undefined;
    const { entry } = read;
    const shared = { lane: row.lane, seq: row.seq, ...(row.upto ? { upto: row.upto } : {}) };
    if (entry.kind !== 'samples' || read.unreadable) return { ...shared, ...read };
    const known = tagLists.get(row.lane);
    if (known && sameTags(known, entry.tag)) return { ...shared, entry: { ...entry, tag: known } };
    tagLists.set(row.lane, entry.tag);
    return { ...shared, entry };
  }

  return {
    readAfter,
    get problems() {
      return unreadable.problems;
    },
    async ends(lanes) {
      const rows = await query<{ seq: number | null }>(
        'select (select max(seq) from log where log.lane = u.lane) as seq from unnest($1::int4[]) with ordinality u(lane, i) order by u.i',
        [lanes],
        'ends',
      );
      return rows.map((row) => row.seq ?? 0);
    },
    async before(lane, at) {
      // the day bounds spare looking through the days after; appended entries stand in the day of their append time, give or take clocks
      const rows = await query<{ seq: number | null }>(
        `select max(seq) as seq from log where lane = $1 and at < $2 and day between ${dayOf(at - DAY_MS)} and ${dayOf(at + SLACK_MS)}`,
        [lane, at],
      );
      const near = rows[0]?.seq;
      if (near) return near;
      const [far] = await query<{ seq: number | null }>('select max(seq) as seq from log where lane = $1 and at < $2', [
        lane,
        at,
      ]);
      return far?.seq ?? 0;
    },
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}

/** What is known of the days of a lane: entries numbered above `after` stand in `day` or later. */
class DayHints {
  private readonly lanes = new Map<number, { after: number; day: number }[]>();
  of(lane: number, cursor: number): number {
    let day = 0;
    for (const hint of this.lanes.get(lane) ?? []) if (hint.after <= cursor && hint.day > day) day = hint.day;
    return day;
  }
  learn(lane: number, after: number, day: number): void {
    const hints = this.lanes.get(lane);
    if (!hints) this.lanes.set(lane, [{ after, day }]);
    else {
      const same = hints.find((hint) => hint.day === day);
      // the lowest number known for a day serves the most cursors
      if (same) same.after = Math.min(same.after, after);
      else hints.push({ after, day });
      if (hints.length > 8) hints.splice(hints.indexOf(hints.reduce((a, b) => (a.day <= b.day ? a : b))), 1);
    }
  }
  forget(lane: number): void {
    this.lanes.delete(lane);
  }
}

function sameTags(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
