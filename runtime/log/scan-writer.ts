import type pg from 'pg';
import { isPassing } from '#drizzle/refusal.ts';
import { connectLog, LogUnavailableError, sessionLost } from './connection.ts';
import type { LogEntry } from './contract.ts';
import { pack, recordsOf, unpack } from './entry.ts';
import { inTurn } from './in-turn.ts';

/** 4–16 rows a statement carry the most (durable pipeline, section 3); more only makes statements longer. */
const ROWS_PER_STATEMENT = 16;

/** Another live process holds the lane's fence, or wrote to it: `code` is stable. */
export class LaneFencedError extends Error {
  readonly code = 'LANE_FENCED';
  readonly lane: number;
  constructor(lane: number, what: string) {
    super(`lane ${lane}: ${what}`);
    this.name = 'LaneFencedError';
    this.lane = lane;
  }
}

export interface ScanAppend {
  readonly lane: number;
  readonly entry: LogEntry;
  /** The number that this entry was sent under before. When the log has this very entry there it is passed over; a gap is refused. Absent = next. */
  readonly seq?: number;
  /** The entry's place in a spool, noted in the statement that appends it: what a spool has sent is known whenever its sender ends. */
  readonly spooled?: { readonly spool: string; readonly place: number };
}

export interface ScanWriter {
  /** Takes one more lane's fence; gives the lane's last number (0 = empty). Throws LaneFencedError while another process holds it. */
  hold(lane: number): Promise<number>;
  /** Newest number of a held lane, as far as this writer knows. */
  last(lane: number): number;
  /**
   * Appends in order, synchronously committed, and gives each entry's number: when it resolves, the entries are safe. A lost connection is
   * made anew (`LogUnavailableError` when that fails); a statement whose answer was lost is looked up, never sent twice. So after any
   * LogUnavailableError simply call it again with the same entries **and their `seq`**.
   */
  append(entries: readonly ScanAppend[]): Promise<number[]>;
  /** Does the log have exactly this entry under this number? */
  has(lane: number, seq: number, bytes: Uint8Array): Promise<boolean>;
  /** The newest entries of a held lane, newest first. */
  tail(lane: number, most: number): Promise<readonly LogEntry[]>;
  /** Highest place of a spool that the lane has; 0 = none. */
  placeOf(spool: string, lane: number): Promise<number>;
  /** The spool is empty and gone: its places are not needed any more. */
  forgetSpool(spool: string): Promise<void>;
  release(lane: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The one writer of its lanes. The fence is a session lock on the very connection that appends: the kernel closes a killed process' socket,
 * so the next writer gets the lane at once, and a writer that lost its session cannot append. `takeOver` ends the session of a holder that is frozen; use it only when the holder's own lease is over.
 */
export async function openScanWriter(
  url: string,
  lanes: readonly number[],
  options: { name?: string; takeOver?: boolean } = {},
): Promise<ScanWriter> {
  const last = new Map<number, number>();
  let client: pg.Client | undefined;
  let closed = false;
  /** Numbers are given in order. */
  const turn = inTurn();

  async function session(): Promise<pg.Client> {
    if (closed) throw new LogUnavailableError('writer is closed');
    if (client) return client;
    const fresh = await connectLog(url, options.name ?? 'scan writer');
    fresh.on('end', () => {
      if (client === fresh) client = undefined;
    });
    try {
      await fresh.query('select log_make_days(log_today(), log_today() + 7)');
      for (const lane of last.keys()) await fence(fresh, lane);
    } catch (error) {
      fresh.end().catch(() => {});
      throw sessionLost(error) ? new LogUnavailableError(error) : error;
    }
    client = fresh;
    return fresh;
  }

  async function fence(on: pg.Client, lane: number): Promise<void> {
    const locked = async () =>
      (await on.query<{ ok: boolean }>({ name: 'fence', text: 'select pg_try_advisory_lock(1, $1) as ok', values: [lane] }))
        .rows[0]?.ok === true;
    if (!(await locked())) {
      if (options.takeOver) {
        await on.query(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 1 and objid = $1 and granted
             and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()`,
          [lane],
        );
      }
      // A killed writer's server session ends a moment after its socket.
      const until = performance.now() + 1_000;
      let ok = false;
      do {
        await new Promise((r) => setTimeout(r, 50));
        ok = await locked();
      } while (!ok && performance.now() < until);
      if (!ok) throw new LaneFencedError(lane, 'another writer holds it');
    }
    const { rows } = await on.query<{ seq: number | null }>({
      name: 'last',
      text: 'select max(seq) as seq from log where lane = $1',
      values: [lane],
    });
    last.set(lane, rows[0]?.seq ?? 0);
  }

  interface Numbered extends ScanAppend {
    readonly seq: number;
    readonly bytes: Buffer;
  }

  async function send(on: pg.Client, rows: readonly Numbered[]): Promise<void> {
    const values: unknown[] = [];
    const places = rows.map(({ lane, seq, entry, bytes }, i) => {
      values.push(lane, seq, entry.at, recordsOf(entry), bytes);
      const p = i * 5;
      return `(log_today(),$${p + 1}::int4,$${p + 2}::int8,$${p + 3}::float8,$${p + 4}::int4,$${p + 5}::bytea)`;
    });
    const insert = `insert into log (day, lane, seq, at, n, data) values ${places.join()}`;
    const marks = new Map(
      rows.flatMap(({ lane, spooled }) => (spooled ? [[`${spooled.spool} ${lane}`, { lane, ...spooled }]] : [])),
    );
    if (marks.size === 0) {
      await on.query({ name: `append${rows.length}`, text: insert, values });
      return;
    }
    const noted = [...marks.values()].map(({ spool, lane, place }) => {
      values.push(spool, lane, place);
      return `($${values.length - 2}::uuid,$${values.length - 1}::int4,$${values.length}::int8)`;
    });
    await on.query({
      text: `with noted as (insert into spool_mark (spool, lane, upto) values ${noted.join()}
        on conflict (spool, lane) do update set upto = excluded.upto) ${insert}`,
      values,
    });
  }

  /** A query of the session; a lost session is told as the log's absence. */
  async function ask<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    try {
      return (await (await session()).query<R>({ text, values })).rows;
    } catch (error) {
      if (!sessionLost(error)) throw error;
      client?.end().catch(() => {});
      client = undefined;
      throw error instanceof LogUnavailableError ? error : new LogUnavailableError(error);
    }
  }

  async function has(lane: number, seq: number, bytes: Uint8Array): Promise<boolean> {
    const text = 'select data = $3::bytea as same from log where lane = $1 and seq = $2';
    return (await ask<{ same: boolean }>(text, [lane, seq, bytes]))[0]?.same === true;
  }

  async function append(entries: readonly ScanAppend[]): Promise<number[]> {
    // Numbers are fixed before the first attempt, so that a second attempt knows what the log may already have.
    const next = new Map<number, number>();
    const numbered = entries.map((one): Numbered => {
      const known = last.get(one.lane);
      if (known === undefined) throw new LaneFencedError(one.lane, 'not held by this writer');
      const seq = one.seq ?? (next.get(one.lane) ?? known) + 1;
      next.set(one.lane, seq);
      return { ...one, seq, bytes: pack(one.entry) };
    });
    let at = 0;
    for (let attempt = 0; at < numbered.length; ) {
      const rows: Numbered[] = [];
      try {
        const on = await session();
        const ahead = new Map<number, number>();
        for (; at + rows.length < numbered.length && rows.length < ROWS_PER_STATEMENT; ) {
          const row = numbered[at + rows.length] as Numbered;
          const before = ahead.get(row.lane) ?? last.get(row.lane) ?? 0;
          if (row.seq <= before && rows.length === 0) {
            // its answer was lost; the number alone does not say whose entry has it
            if (!(await has(row.lane, row.seq, row.bytes)))
              throw new LaneFencedError(row.lane, `number ${row.seq} is another entry's: another writer was here`);
            at++;
            continue;
          }
          if (row.seq !== before + 1)
            throw new LaneFencedError(row.lane, `number ${row.seq} does not follow ${before}: another writer was here, or a gap`);
          ahead.set(row.lane, row.seq);
          rows.push(row);
        }
        if (rows.length === 0) continue;
        await send(on, rows);
        for (const [lane, seq] of ahead) last.set(lane, seq);
        at += rows.length;
        attempt = 0;
      } catch (error) {
        // it takes nothing now (a full disk, read-only), and said so: the session stands, the entries go again under their numbers
        if (isPassing(error)) throw new LogUnavailableError(error);
        if (!sessionLost(error)) throw error;
        client?.end().catch(() => {});
        client = undefined;
        // The first loss is often a restart of the server: look again at once, and let the caller wait otherwise.
        if (attempt++ > 0) throw error instanceof LogUnavailableError ? error : new LogUnavailableError(error);
      }
    }
    return numbered.map((row) => row.seq);
  }

  const writer: ScanWriter = {
    hold: (lane) =>
      turn(async () => {
        if (!last.has(lane)) await fence(await session(), lane);
        return last.get(lane) ?? 0;
      }),
    last(lane) {
      const seq = last.get(lane);
      if (seq === undefined) throw new LaneFencedError(lane, 'not held by this writer');
      return seq;
    },
    append: (entries) => turn(() => append(entries)),
    has: (lane, seq, bytes) => turn(() => has(lane, seq, bytes)),
    tail: (lane, most) =>
      turn(async () => {
        const rows = await ask<{ at: number; data: Buffer }>(
          'select at, data from log where lane = $1 order by day desc, seq desc limit $2',
          [lane, most],
        );
        return rows.map((row) => unpack(row.data, row.at));
      }),
    placeOf: (spool, lane) =>
      turn(async () => {
        const rows = await ask<{ upto: number }>('select upto from spool_mark where spool = $1 and lane = $2', [spool, lane]);
        return rows[0]?.upto ?? 0;
      }),
    forgetSpool: (spool) =>
      turn(async () => {
        await ask('delete from spool_mark where spool = $1', [spool]);
      }),
    release: (lane) =>
      turn(async () => {
        if (last.delete(lane)) await client?.query('select pg_advisory_unlock(1, $1)', [lane]).catch(() => {});
      }),
    close: () =>
      turn(async () => {
        closed = true;
        await client?.end().catch(() => {});
        client = undefined;
      }),
  };
  try {
    for (const lane of lanes) await writer.hold(lane);
  } catch (error) {
    await writer.close();
    throw error;
  }
  return writer;
}
