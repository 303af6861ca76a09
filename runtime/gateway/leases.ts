import type { Sql } from 'postgres';
import { PUSH } from '#drizzle/schema/connection.ts';
import { connectLog } from '#runtime/log/connection.ts';

/** A gateway that is frozen gives its connections up after this; renewed five times in between. */
export const LEASE_MS = 5000;
export const RENEW_MS = 1000;
/** One that died, whose liveness lock is gone with it, after this much without a renewal. */
const DEAD_MS = 1500;
/** Number space of advisory locks: 1 lanes, 2 workers, 3 the historian, 5 blobs by hash, 7 gateways by their names. */
const SPACE = 7;
const AGAIN_MS = 500;
/** Over for so long, and its holder lives, and nobody took it: the clock was set forward, and the holder is about to renew it. */
const DOUBT_MS = 2 * LEASE_MS;

/** Says that this gateway lives: a lock of a database session, which ends with the process at once. Made anew when the session is lost. */
export function holdLiveness(url: string, holder: string): { close(): Promise<void> } {
  let closed = false;
  let end: () => Promise<void> = async () => {};
  const run = (async () => {
    while (!closed) {
      try {
        const client = await connectLog(url, 'gateway alive');
        const over = new Promise<void>((resolve) => client.once('end', () => resolve()));
        end = () => client.end().catch(() => {});
        if (closed) await end();
        else await client.query('select pg_advisory_lock($1, hashtext($2))', [SPACE, holder]);
        await over;
      } catch {
        // the database is away; the lease itself goes on for a while
      }
      if (!closed) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  })();
  return {
    async close() {
      closed = true;
      await end();
      await run;
    },
  };
}

export interface ClaimedRow {
  readonly id: string;
}

const GONE = `not exists (
  select 1 from pg_locks k where k.locktype = 'advisory' and k.classid = ${SPACE} and k.objid = hashtext(connection.holder)::oid
    and k.granted and k.database = (select oid from pg_database where datname = current_database()))`;

/**
 * Renews what this gateway holds and takes what is free; gives the ids it holds now. The database's clock alone decides. `doubted`: what the holder of
 * `doubtfulLeases` has not renewed for a whole lease since.
 */
export async function renewAndClaim(sql: Sql, holder: string, doubted: readonly string[] = []): Promise<Set<string>> {
  // what is ours waits for a lock (a status is being written); only what others may take as well is passed over when locked
  const rows = await sql<{ id: string }[]>`
    with mine as (
      update connection set lease_until = now() + ${LEASE_MS} * interval '1 millisecond'
      where enabled and holder = ${holder} returning id),
    free as (
      update connection set holder = ${holder}, lease_until = now() + ${LEASE_MS} * interval '1 millisecond'
      where id in (
        select id from connection
        where enabled and connector <> ${PUSH} and holder is distinct from ${holder} and (holder is null or lease_until is null
          or (lease_until < now() and (lease_until > now() - ${DOUBT_MS} * interval '1 millisecond' or id = any(${doubted}::uuid[])))
          -- longer than any lease is: the clock was set back since it was given
          or ((lease_until > now() + ${2 * LEASE_MS} * interval '1 millisecond' or lease_until < now() + ${LEASE_MS - DEAD_MS} * interval '1 millisecond') and ${sql.unsafe(GONE)}))
        for update skip locked)
      returning id)
    select id from mine union all select id from free`;
  return new Set(rows.map((row) => row.id));
}

/** Leases that have been over for long although their holders live. */
export async function doubtfulLeases(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from connection where enabled and holder is not null and lease_until < now() - ${DOUBT_MS} * interval '1 millisecond'`;
  return rows.map((row) => row.id);
}

/** Which of them have been so for a whole lease, by a clock that nobody sets: their holders are frozen. */
export class Doubts {
  readonly #since = new Map<string, number>();
  note(ids: readonly string[], now = performance.now()): string[] {
    for (const id of this.#since.keys()) if (!ids.includes(id)) this.#since.delete(id);
    for (const id of ids) if (!this.#since.has(id)) this.#since.set(id, now);
    return ids.filter((id) => now - (this.#since.get(id) ?? now) >= LEASE_MS);
  }
}

export async function releaseLease(sql: Sql, holder: string, id: string): Promise<void> {
  await sql`update connection set holder = null, lease_until = null where id = ${id} and holder = ${holder}`;
}

/** Ends the database session of a former holder that is frozen and so still has the lane's fence; only while we hold the lease. */
export async function endFrozenHolder(sql: Sql, holder: string, connectionId: string, lane: number): Promise<void> {
  await sql`
    select pg_terminate_backend(l.pid) from pg_locks l
    where l.locktype = 'advisory' and l.classid = 1 and l.objid = ${lane} and l.granted and l.pid <> pg_backend_pid()
      and l.database = (select oid from pg_database where datname = current_database())
      and exists (select 1 from connection where id = ${connectionId} and holder = ${holder} and lease_until > now())`;
}
