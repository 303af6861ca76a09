import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { connectLog, int8s, LogUnavailableError, sessionLost } from '#runtime/log/connection.ts';
import { inTurn } from '#runtime/log/in-turn.ts';

/** A lease that its holder does not renew is over after this; a dead holder's is over at once (its liveness lock is gone). */
export const LEASE_MS = 3_000;

export interface Lease {
  readonly shardId: number;
  readonly orgId: string;
  readonly instanceId: string;
  readonly token: number;
  readonly step: number;
  readonly lanes: readonly number[];
  readonly outLane: number;
  readonly cursor: readonly number[];
  readonly wakeAt: number | null;
  readonly part: number;
  readonly parts: number;
  /** Where it ends, because the instance is about to be cut anew. */
  readonly until: readonly number[] | null;
  readonly forebears: readonly number[];
}

/** The process named in `holder` (a column's name) is gone: the kernel closed its session, and the session's lock went with it. */
export const holderGone = (holder: string): string => `not exists (
  select 1 from pg_locks k where k.locktype = 'advisory' and k.classid = 2 and k.objid::int8 = substr(${holder}, 2)::int8 and k.granted
    and k.database = (select oid from pg_database where datname = current_database()))`;

/** The lease of `s` is over: it ran out, or its holder's process is gone. */
export const OVER = `(s.lease_until < clock_timestamp() or s.holder is null or ${holderGone('s.holder')})`;

/** It ran out long ago, its holder lives, and nobody took it: the clock was set forward, and the holder is about to renew it; or it is frozen for good. */
export const DOUBTFUL = `(s.lease_until < clock_timestamp() - ${2 * LEASE_MS} * interval '1 ms' and not coalesce(${holderGone('s.holder')}, true))`;

/**
 * The worker's committing session. It holds a liveness lock: the kernel closes a killed process' socket, the lock is gone, and others see at
 * once that its leases are over. All fenced writes go through this one session.
 */
export class CommitSession {
  /** Name of this worker in `shard.holder`: `w` and the number of its liveness lock. */
  readonly holder: string;
  private readonly url: string;
  private readonly number = randomInt(1, 2 ** 31 - 1);
  private client: pg.Client | undefined;
  private closed = false;
  private readonly turn = inTurn();
  /** Called when the session breaks: whatever was under way is unknown, all leases must be taken again. */
  onLost: () => void = () => {};

  constructor(url: string) {
    this.url = url;
    this.holder = `w${this.number}`;
  }
  get open(): boolean {
    return this.client !== undefined;
  }
  async connect(): Promise<void> {
    if (this.client || this.closed) return;
    const fresh = await connectLog(this.url, `worker ${this.holder}`);
    try {
      await fresh.query('select log_make_days(log_today(), log_today() + 7)');
      // after a restart of the server the old session's lock may linger for a moment
      await fresh.query('select pg_advisory_lock(2, $1)', [this.number]);
    } catch (error) {
      fresh.end().catch(() => {});
      throw new LogUnavailableError(error);
    }
    fresh.on('end', () => {
      if (this.client !== fresh) return;
      this.client = undefined;
      this.onLost();
    });
    this.client = fresh;
  }
  query<R extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> {
    return this.turn(async () => {
      const client = this.client;
      if (!client) throw new LogUnavailableError('commit session is not open');
      try {
        return (await client.query<R>({ name, text, values })).rows;
      } catch (error) {
        if (!sessionLost(error)) throw error;
        this.drop();
        throw new LogUnavailableError(error);
      }
    });
  }
  private drop(): void {
    const client = this.client;
    this.client = undefined;
    client?.end().catch(() => {});
    if (client) this.onLost();
  }
  async close(): Promise<void> {
    this.closed = true;
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => {});
  }

  /** Takes the shard when its lease is over (or was ours); the token rises, so a holder that comes back cannot commit. */
  async take(shardId: number): Promise<Lease | undefined> {
    const [row] = await this.query<{
      id: number;
      org_id: string;
      instance_id: string;
      token: number;
      step: number;
      lanes: number[];
      out_lane: number;
      cursor: number[];
      wake_at: number | null;
      part: number;
      parts: number;
      until: number[] | null;
      forebears: number[];
    }>(
      'lease',
      `update shard s set token = token + 1, holder = $2, lease_until = clock_timestamp() + $3::float8 * interval '1 ms'
       where id = $1 and s.ended_at is null and (${OVER} or s.holder = $2) returning id, org_id, instance_id, token, step, lanes, out_lane, cursor,
         wake_at, part, parts, until,
         (select coalesce(array_agg(f.id order by f.id), '{}') from shard f where f.instance_id = s.instance_id and f.ended_at is not null) as forebears`,
      [shardId, this.holder, LEASE_MS],
    );
    return (
      row && {
        shardId: row.id,
        orgId: row.org_id,
        instanceId: row.instance_id,
        token: row.token,
        step: row.step,
        lanes: row.lanes,
        outLane: row.out_lane,
        cursor: row.cursor,
        wakeAt: row.wake_at,
        part: row.part,
        parts: row.parts,
        until: row.until,
        forebears: row.forebears,
      }
    );
  }
  /** Renews what is still held; gives the shards that are. */
  async renew(leases: readonly { shardId: number; token: number }[]): Promise<Set<number>> {
    const rows = await this.query<{ id: number }>(
      'renew',
      `update shard s set lease_until = clock_timestamp() + $3::float8 * interval '1 ms' from unnest($1::int4[], $2::int8[]) u(id, token)
       where s.id = u.id and s.token = u.token returning s.id`,
      [leases.map((l) => l.shardId), int8s(leases.map((l) => l.token)), LEASE_MS],
    );
    return new Set(rows.map((row) => row.id));
  }
  /** Gives the shard back at once. */
  async release(shardId: number, token: number): Promise<void> {
    await this.query('release', `update shard set holder = null, lease_until = 'epoch' where id = $1 and token = $2`, [
      shardId,
      token,
    ]);
  }
}
