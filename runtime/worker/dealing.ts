import { sql } from 'drizzle-orm';
import { int8s } from '#runtime/log/connection.ts';
import type { JobQueue } from '#runtime/queue/queue.ts';
import type { WorkerContext } from './context.ts';
import type { Holdings } from './holdings.ts';
import { DOUBTFUL, LEASE_MS, OVER } from './lease.ts';
import { THROUGH } from './resplit.ts';

/** A shard that moved, or that the queue dealt to nobody, is left this long to workers that have room. */
const ROOM_MS = 400;
/** A new shard that the queue has not dealt in this time is taken without it. */
const UNDEALT_MS = 1_000;
/** After this also by those that have no room. */
const UNWANTED_MS = 3_000;
/** Starts of many shards at once would stop those that run. */
const TAKES_AT_ONCE = 4;
/** Shards given away at once: each costs its next holder a start. */
const MOVES_AT_ONCE = 4;
/** A worker whose session has been silent for this long is frozen or cut off: nothing is left for it. It renews its leases every second. */
const SILENT_S = 2.5;
/** Workers that live, and shards that are to run; what a worker should hold at most is the one over the other. */
const COUNTS = `(select count(*) from pg_locks k join pg_stat_activity a on a.pid = k.pid where k.locktype = 'advisory' and k.classid = 2 and k.granted
    and k.database = (select oid from pg_database where datname = current_database())
    and (a.state = 'active' or a.state_change > clock_timestamp() - ${SILENT_S} * interval '1 s'))::int4 as workers,
  (select count(*) from shard s join instance i on i.id = s.instance_id
    where s.ended_at is null and i.wanted = 'run' and i.status in ('starting', 'running'))::int4 as shards`;

/**
 * Which worker holds which shard. New shards are dealt by the queue; those of a dead peer are taken at once, by whoever has room first, then by
 * anyone; whoever holds more than its fair share gives some away between two steps.
 */
export class Dealing {
  /** Shards that this worker should hold at most: all of them over all workers that live. */
  private share = Number.POSITIVE_INFINITY;
  private readonly seen = new Map<number, number>();
  private readonly context: WorkerContext;
  private readonly holdings: Holdings;
  private readonly turns: JobQueue<'turn'>;
  private readonly salt: number;

  constructor(context: WorkerContext, holdings: Holdings, turns: JobQueue<'turn'>) {
    this.context = context;
    this.holdings = holdings;
    this.turns = turns;
    this.salt = Number(context.session.holder.slice(1));
  }
  private divide(counted: { workers: number; shards: number } | undefined): void {
    if (counted) this.share = counted.workers > 1 ? Math.ceil(counted.shards / counted.workers) : Number.POSITIVE_INFINITY;
  }
  get room(): boolean {
    return this.holdings.size < this.share;
  }
  /** A turn that the queue dealt here; ends when the shard is held no longer. Without room it is left to another. */
  async turn(shardId: number, signal: AbortSignal): Promise<void> {
    const s = this.holdings.held.get(shardId) ?? (this.room ? await this.holdings.take(shardId) : undefined);
    if (!s) return;
    await new Promise<void>((done) => {
      s.onGone = done;
      if (s.gone) done();
      signal.addEventListener('abort', () => done());
    });
  }

  /** Shards without a living holder, and our own that we dropped. Takes are begun here and not waited for: a long recovery must not hold up the next. */
  async sweep(): Promise<void> {
    const { db, session, log } = this.context;
    const { holdings } = this;
    const known = int8s([...holdings.held.keys(), ...holdings.taking.keys()]);
    // each worker in an order of its own, so that two do not reach for the same shard
    const rows = await db.execute<{
      id: number;
      fresh: boolean;
      orphan: boolean;
      doubtful: boolean;
      workers: number;
      shards: number;
    }>(sql`
      select s.id, s.token = 0 as fresh, s.holder is not null as orphan, ${sql.raw(DOUBTFUL)} as doubtful,
        ${sql.raw(COUNTS)} from shard s join instance i on i.id = s.instance_id
      where i.wanted = 'run' and i.status in ('starting', 'running') and s.ended_at is null and not ${sql.raw(THROUGH)} and s.id <> all(${known}::int4[])
        and (${sql.raw(OVER)} or s.holder = ${session.holder}) order by hashint4(s.id # ${this.salt}) limit 500`);
    // a peer is gone or frozen: what was its share is ours and the others' from this moment on
    this.divide(rows[0]);
    const now = performance.now();
    const free = rows.filter((r) => !holdings.mine(r.id));
    const news = free.filter((r) => r.fresh && !this.seen.has(r.id)).map((r) => r.id);
    const waiting = new Set(free.map((r) => r.id));
    for (const id of this.seen.keys()) if (!waiting.has(id)) this.seen.delete(id);
    for (const r of free) if (!this.seen.has(r.id)) this.seen.set(r.id, now);
    if (news.length > 0)
      // not waited for: who lives without the queue is not slowed down by it
      this.turns
        .add(news.map((id) => ({ id: `shard-${id}`, data: { shardId: id } })))
        .catch((error) => log.debug({ err: error }, 'queue'));
    for (const r of free) {
      if (holdings.taking.size >= TAKES_AT_ONCE) break;
      const waited = now - (this.seen.get(r.id) ?? now);
      const patience = r.doubtful ? LEASE_MS : this.room ? (r.fresh ? UNDEALT_MS : 0) : r.orphan ? ROOM_MS : UNWANTED_MS;
      if (waited < patience || holdings.resting(r.id)) continue;
      void holdings.take(r.id).finally(() => holdings.onFree());
    }
  }

  /** How many shards are due to this worker, and those beyond it given to others. */
  async balance(): Promise<void> {
    const [row] = await this.context.db.execute<{ workers: number; shards: number }>(sql`
      select ${sql.raw(COUNTS)}`);
    if (!row) return;
    this.divide(row);
    const { held } = this.holdings;
    const leaving = [...held.values()].filter((s) => s.leaving).length;
    const surplus = Math.min(MOVES_AT_ONCE, held.size - leaving - this.share);
    if (!(surplus > 0)) return;
    // those that came last have warmed up least
    const going = [...held.values()].filter((s) => !s.leaving && !s.suspect && !s.decision).slice(-surplus);
    this.context.log.info(
      { shards: going.map((s) => s.lease.shardId), share: this.share, workers: row.workers },
      'shards given away',
    );
    await Promise.all(going.map((s) => this.holdings.leave(s)));
  }
}
