import { createHash } from 'node:crypto';
import type { Sql } from 'postgres';
import { DAY_MS } from '#runtime/log/days.ts';
import { unpackCheckpoint } from './checkpoint.ts';
import type { WorkerContext } from './context.ts';
import type { HeldShard } from './held-shard.ts';

/** A state that stays, and the journal's shape from there on. */
export interface KeptCheckpoint {
  readonly shardId: number;
  readonly step: number;
  /** Append time of the newest entry behind it, epoch ms; 0 = none. */
  readonly clock: number;
  readonly lanes: readonly number[];
  readonly cursor: readonly number[];
  readonly programHash: string;
  readonly engine: string;
  /** As `unpackCheckpoint` reads it. */
  readonly state: Uint8Array;
}

const signatureOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Keeps the checkpoint with which a shard begins something new: its first step, another program, other bindings or other lanes. Called with the
 * shard at rest, its checkpoint stored; where nothing is new it does nothing.
 */
export async function keepBeginning({ session }: WorkerContext, held: HeldShard): Promise<void> {
  await session.query(
    'keep',
    `insert into kept_checkpoint (shard_id, step, org_id, clock, lanes, cursor, program_hash, signature, engine, state)
     select c.shard_id, c.step, c.org_id, $3, s.lanes, c.cursor, c.program_hash, $4, c.engine, c.state
     from checkpoint c join shard s on s.id = c.shard_id
     where c.shard_id = $1 and s.token = $2 and c.step = s.step and not exists (
       select from (select lanes, signature from kept_checkpoint where shard_id = $1 order by step desc limit 1) k
       where k.signature = $4 and k.lanes = s.lanes)
     on conflict (shard_id, step) do update set clock = excluded.clock, lanes = excluded.lanes, cursor = excluded.cursor,
       program_hash = excluded.program_hash, signature = excluded.signature, engine = excluded.engine, state = excluded.state`,
    [held.lease.shardId, held.lease.token, held.carried.clock, signatureOf(held.facts.signature)],
  );
}

/** One of each day of every shard, so that a stretch of the journal is never far from a state to begin with. Gives how many were kept. */
export async function keepDaily(sql: Sql, signal?: AbortSignal): Promise<number> {
  const due = await sql<{ shardId: number }[]>`
    select c.shard_id as "shardId" from checkpoint c cross join lateral
      (select step, created_at from kept_checkpoint k where k.shard_id = c.shard_id order by step desc limit 1) k
    where k.step < c.step and k.created_at < now() - interval '1 day'`;
  let kept = 0;
  for (const { shardId } of due) {
    if (signal?.aborted) break;
    // Lanes and checkpoint change in one statement, so one look at both is of one moment.
    const [row] = await sql<
      {
        orgId: string;
        step: string;
        lanes: number[];
        cursor: string[];
        hash: string;
        signature: string;
        engine: string;
        state: Uint8Array;
      }[]
    >`
      select c.org_id as "orgId", c.step::text, s.lanes, c.cursor::text[] as cursor, c.program_hash as hash, k.signature, c.engine, c.state
      from checkpoint c join shard s on s.id = c.shard_id cross join lateral
        (select lanes, signature from kept_checkpoint k where k.shard_id = c.shard_id order by step desc limit 1) k
      where c.shard_id = ${shardId} and k.lanes = s.lanes`;
    if (!row) continue;
    const { clock } = unpackCheckpoint(row.state).carried;
    const done = await sql`
      insert into kept_checkpoint (shard_id, step, org_id, clock, lanes, cursor, program_hash, signature, engine, state)
      values (${shardId}, ${row.step}::text::int8, ${row.orgId}, ${clock}, ${row.lanes}, ${row.cursor}::text[]::int8[], ${row.hash},
        ${row.signature}, ${row.engine}, ${row.state}) on conflict do nothing`;
    kept += done.count;
  }
  return kept;
}

/** Those before the newest one that all of the kept log comes after are of no use. `keepDays`: of the log and its archives together. */
export async function dropOldCheckpoints(sql: Sql, keepDays: number): Promise<number> {
  const done = await sql`
    delete from kept_checkpoint k using (
      select shard_id, max(step) as step from kept_checkpoint
      where clock > 0 and clock < extract(epoch from now()) * 1000 - ${keepDays * DAY_MS}::float8 group by 1) newest
    where k.shard_id = newest.shard_id and k.step < newest.step`;
  return done.count;
}

/** Shards that ended so long ago that nothing of their journals is left, and that nothing still waits to be answered to. Gives how many. */
export async function dropEndedShards(sql: Sql, keepDays: number): Promise<number> {
  const done = await sql`
    delete from shard s where s.ended_at < now() - ${keepDays} * interval '1 day'
      and not exists (select from effect e where e.shard_id = s.id and not e.answered)
      and coalesce((select h.seq from history_cursor h where h.lane_id = s.out_lane), 0) >= s.step`;
  return done.count;
}

/** The stretches of a shard's life that touch a window of append time: the state before it, then where something new began. */
export async function checkpointsOf(sql: Sql, shardId: number, window: { from: number; to: number }): Promise<KeptCheckpoint[]> {
  const rows = await sql<
    { step: string; clock: number; lanes: number[]; cursor: string[]; programHash: string; engine: string; state: Uint8Array }[]
  >`
    select step::text, clock, lanes, cursor::text[] as cursor, program_hash as "programHash", engine, state from kept_checkpoint
    where shard_id = ${shardId} and clock < ${window.to} and step >= coalesce(
      (select max(step) from kept_checkpoint where shard_id = ${shardId} and clock < ${window.from}), 0)
    order by step`;
  return rows.map((row) => ({ ...row, shardId, step: Number(row.step), cursor: row.cursor.map(Number) }));
}
