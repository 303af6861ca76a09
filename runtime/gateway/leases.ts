import type { Sql } from 'postgres';

/** A gateway that died gives its connections up after this; renewed five times in between. */
export const LEASE_MS = 5000;
export const RENEW_MS = 1000;

export interface ClaimedRow {
  readonly id: string;
}

/** Renews what this gateway holds and takes what is free; gives the ids it holds now. The database's clock alone decides. */
export async function renewAndClaim(sql: Sql, holder: string): Promise<Set<string>> {
  // what is ours waits for a lock (a status is being written); only what others may take as well is passed over when locked
  const rows = await sql<{ id: string }[]>`
    with mine as (
      update connection set lease_until = now() + ${LEASE_MS} * interval '1 millisecond'
      where enabled and holder = ${holder} returning id),
    free as (
      update connection set holder = ${holder}, lease_until = now() + ${LEASE_MS} * interval '1 millisecond'
      where id in (
        select id from connection
        where enabled and holder is distinct from ${holder} and (holder is null or lease_until is null or lease_until < now())
        for update skip locked)
      returning id)
    select id from mine union all select id from free`;
  return new Set(rows.map((row) => row.id));
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
