import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { type ArchivedEntry, openArchive, writeArchive } from './archive-file.ts';
import { DAY_MS } from './days.ts';

export interface RetiredDays {
  /** Days that left the database, oldest first. */
  readonly dropped: readonly number[];
  /** A day that is old enough and still needed, and by whom. */
  readonly held?: { readonly day: number; readonly by: string };
}

/** Entries fetched at once: with frames in them some megabytes. */
const PAGE = 500;
/** A drop that has to wait makes every append behind it wait, too; so it waits for a moment only and is tried again later. */
const LOCK_MS = 2_000;

/**
 * Takes days older than `keepDays` out of the log, but only those that nothing needs any more: every shard's checkpoint (or, without one,
 * its cursor) and the historian have passed their last entry. With a data folder the day is written to `archive/<organization>/<date>.mwlog`
 * first and read back; a crash in between leaves the day in the log, and the file is written again.
 */
export async function retireDays(sql: Sql, keepDays: number, dataFolder?: string, signal?: AbortSignal): Promise<RetiredDays> {
  const days = await sql<{ day: number }[]>`
    select substring(c.relname from 5)::int as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log'::regclass and substring(c.relname from 5)::int < log_today() - ${keepDays}::int order by 1`;
  const dropped: number[] = [];
  for (const { day } of days) {
    if (signal?.aborted) break;
    // One day after the other, oldest first: when a day is still needed, the later ones are too.
    const by = await neededBy(sql, day);
    if (by) return { dropped, held: { day, by } };
    const files = dataFolder === undefined ? [] : await archiveDay(sql, dataFolder, day);
    await dropDay(sql, day, dataFolder === undefined ? undefined : files);
    dropped.push(day);
  }
  return { dropped };
}

async function neededBy(sql: Sql, day: number): Promise<string | undefined> {
  const [row] = await sql<{ by: string }[]>`
    with last as (select lane, max(seq) as seq from log where day = ${day} group by lane)
    select x.by from last l join lane on lane.id = l.lane cross join lateral (
      select 'shard ' || s.id as by from shard s left join checkpoint c on c.shard_id = s.id,
        unnest(s.lanes, coalesce(c.cursor, s.cursor)) as at(lane, seq)
        where s.ended_at is null and at.lane = l.lane and coalesce(at.seq, 0) < l.seq
      union all
      select 'shard ' || s.id from shard s left join checkpoint c on c.shard_id = s.id
        where s.ended_at is null and s.out_lane = l.lane and coalesce(c.step, 0) < l.seq
      union all
      select 'historian' where not exists (select from history_cursor h where h.lane_id = l.lane and h.seq >= l.seq)
    ) x limit 1`;
  return row?.by;
}

interface DayFile {
  readonly orgId: string;
  readonly path: string;
  readonly entries: number;
  readonly bytes: number;
}

async function archiveDay(sql: Sql, dataFolder: string, day: number): Promise<DayFile[]> {
  const orgs = await sql<{ orgId: string }[]>`
    select distinct lane.org_id as "orgId" from (select distinct lane from log where day = ${day}) l join lane on lane.id = l.lane`;
  const files: DayFile[] = [];
  for (const { orgId } of orgs) {
    const path = join('archive', encodeURIComponent(orgId), `${new Date(day * DAY_MS).toISOString().slice(0, 10)}.mwlog`);
    const written = await writeArchive(join(dataFolder, path), inArrivalOrder(sql, orgId, day));
    await readBack(join(dataFolder, path), written.entries);
    files.push({ orgId, path, ...written });
  }
  return files;
}

/** The numbers are sorted alone, then the entries fetched by them: sorting a day with its values would fill the disk that is to be freed. */
async function* inArrivalOrder(sql: Sql, orgId: string, day: number): AsyncGenerator<readonly ArchivedEntry[]> {
  const numbers = sql<{ lane: number; seq: string }[]>`
    select l.lane, l.seq::text from log l join lane on lane.id = l.lane
    where l.day = ${day} and lane.org_id = ${orgId} order by l.at, l.lane, l.seq`;
  for await (const page of numbers.cursor(PAGE)) {
    const rows = await sql<
      { lane: number; seq: string; at: number; n: number; upto: string[] | null; data: Uint8Array }[]
    >`select l.lane, l.seq::text, l.at, l.n, l.upto::text[], l.data
      from unnest(${page.map((p) => p.lane)}::int4[], ${page.map((p) => p.seq)}::text[]) with ordinality as u(lane, seq, i)
      join log l on l.day = ${day} and l.lane = u.lane and l.seq = u.seq::int8 order by u.i`;
    yield rows.map((row) => ({
      ...row,
      seq: Number(row.seq),
      upto: row.upto?.map(Number) ?? null,
      data: Buffer.from(row.data.buffer, row.data.byteOffset, row.data.byteLength),
    }));
  }
}

async function readBack(path: string, entries: number): Promise<void> {
  const archive = await openArchive(path);
  try {
    let found = 0;
    for (const block of archive.index.blocks) found += (await archive.read(block)).length;
    if (found !== entries) throw new Error(`${path} holds ${found} entries of ${entries}`);
  } finally {
    await archive.close();
  }
}

/** The partition goes in the transaction that says where its entries are now. */
async function dropDay(sql: Sql, day: number, files: readonly DayFile[] | undefined): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local lock_timeout = ${LOCK_MS}`);
    await tx.unsafe(`lock table log_${Number(day)} in access exclusive mode`);
    if (files) {
      const [row] = await tx<{ n: number }[]>`select count(*)::int as n from log where day = ${day}`;
      const archived = files.reduce((sum, file) => sum + file.entries, 0);
      if (row?.n !== archived) throw new Error(`day ${day} of the log has ${row?.n} entries, its archive ${archived}`);
      for (const file of files)
        await tx`insert into log_archive (org_id, day, path, entries, bytes)
          values (${file.orgId}, ${day}, ${file.path}, ${file.entries}, ${file.bytes})
          on conflict (org_id, day) do update set path = excluded.path, entries = excluded.entries, bytes = excluded.bytes`;
    }
    await tx.unsafe(`drop table log_${Number(day)}`);
  });
}

/** Archives of days that are older than `keepDays` go for good. Gives how many files. */
export async function dropOldArchives(sql: Sql, dataFolder: string, keepDays: number): Promise<number> {
  const old = await sql<{ path: string }[]>`delete from log_archive where day < log_today() - ${keepDays}::int returning path`;
  for (const { path } of old)
    await unlink(join(dataFolder, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  return old.length;
}
