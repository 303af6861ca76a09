import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { blobFolder, blobLock, blobPath } from './blobs.ts';

export interface BlobRules {
  /** Raw bytes of waves are kept for so many hours after they arrived, where a tag has no rule of its own (`retention.large_hours`). */
  readonly waveHours: number;
  /** Samples are kept for so many days; 0 = for ever. */
  readonly sampleDays: number;
  /** No blob is looked at that was put less than this ago: its entry may be on its way. */
  readonly safeMs?: number;
  /** Between finding a blob without a use and taking it away; what is put or named again in between stays. */
  readonly graceMs?: number;
}
export interface Collected {
  /** Uses that are over: waves older than their rule, other blobs whose sample is gone. */
  readonly uses: number;
  readonly doomed: number;
  readonly removed: number;
  readonly bytes: number;
  /** Files without a row, left by a process that ended between the two. */
  readonly strays: number;
}

const HOUR_MS = 3_600_000;
/** Blobs that are taken away in one transaction. */
const AT_ONCE = 100;
/** A file without a row may belong to a put that is under way; after a day it does not. */
const STRAY_MS = 24 * HOUR_MS;

/**
 * Takes away what nothing needs any more, in three steps: uses that are over, blobs found without a use (doomed), blobs doomed some time
 * ago that still have none. A wave that some shard may have to read again after a crash is needed whatever its age: its use ends when every
 * checkpoint has passed its entry.
 */
export async function collectBlobs(db: Db, dataFolder: string, rules: BlobRules, signal?: AbortSignal): Promise<Collected> {
  const safeMs = rules.safeMs ?? HOUR_MS;
  const graceMs = rules.graceMs ?? HOUR_MS;
  const uses = await endUses(db, rules);
  const horizon = await seenUntil(db);
  const doomed = await doom(db, horizon - safeMs);
  let removed = 0;
  let bytes = 0;
  for (let more = true; more && !signal?.aborted; ) {
    const { looked, gone } = await removeDoomed(db, dataFolder, safeMs, graceMs);
    removed += gone.length;
    for (const { size } of gone) bytes += size;
    more = looked === AT_ONCE;
  }
  const strays = signal?.aborted ? 0 : await removeStrays(db, dataFolder);
  return { uses, doomed, removed, bytes, strays };
}

async function endUses(db: Db, { waveHours, sampleDays }: BlobRules): Promise<number> {
  const waves = await db.execute(sql`
    with passed as (
      select at.lane, min(coalesce(at.seq, 0)) as seq from shard s left join checkpoint c on c.shard_id = s.id,
        unnest(s.lanes, coalesce(c.cursor, s.cursor)) as at(lane, seq) where s.ended_at is null group by at.lane)
    delete from blob_use u where u.kind = 'wave'
      and u.at < extract(epoch from now()) * 1000 - ${HOUR_MS}::float8 *
        coalesce((select r.large_hours from retention r where r.tag_id = u.tag_id),
          (select d.large_hours from retention_default d where d.org_id = u.org_id), ${waveHours}::int)
      and not exists (select from passed p where p.lane = u.lane_id and p.seq < u.seq)`);
  // Any other blob is kept as long as the sample that names it, and while its entry stands in the log.
  const others = await db.execute(sql`
    with kept as (
      select u.ctid, coalesce((select r.sample_days from retention r where r.tag_id = u.tag_id),
        (select d.sample_days from retention_default d where d.org_id = u.org_id), ${sampleDays}::int) as days
      from blob_use u where u.kind = 'blob')
    delete from blob_use u using kept k where u.ctid = k.ctid and k.days > 0
      and u.at < extract(epoch from now()) * 1000 - k.days * ${24 * HOUR_MS}::float8
      and not exists (select from log l where l.lane = u.lane_id and l.seq = u.seq)`);
  return waves.count + others.count;
}

/** Append time (epoch ms) up to which the historian has noted every use. */
async function seenUntil(db: Db): Promise<number> {
  const [row] = await db.execute<{ at: number }>(sql`
    select least(min(first.at), extract(epoch from now()) * 1000)::float8 as at from lane
    left join history_cursor c on c.lane_id = lane.id
    left join lateral (select at from log where log.lane = lane.id and log.seq > coalesce(c.seq, 0) order by day, seq limit 1) first on true
    where lane.kind in ('scan', 'output')`);
  return row?.at ?? Date.now();
}

/** No version of a document or a model says that this is its file. */
const UNNAMED = sql`b.hash not in (select v.data->>'hash' from record_version v join record r on r.id = v.record_id
      where r.kind in ('document', 'model') and v.data->>'hash' is not null)`;

async function doom(db: Db, before: number): Promise<number> {
  const found = await db.execute(sql`
    update blob b set doomed_at = now() where b.doomed_at is null and ${UNNAMED} and b.last_used_at < to_timestamp(${before}::float8 / 1000)
      and not exists (select from blob_use u where u.org_id = b.org_id and u.hash = b.hash)`);
  return found.count;
}

async function removeDoomed(
  db: Db,
  dataFolder: string,
  safeMs: number,
  graceMs: number,
): Promise<{ looked: number; gone: readonly { hash: string; size: number }[] }> {
  const ms = (n: number) => sql`${n}::float8 * interval '1 millisecond'`;
  const candidates = await db.execute<{ hash: string }>(sql`
    select distinct hash from blob where doomed_at <= now() - ${ms(graceMs)} order by hash limit ${AT_ONCE}`);
  const looked = candidates.length;
  if (looked === 0) return { looked, gone: [] };
  const hashes = candidates.map((row) => row.hash);
  return db.transaction(async (tx) => {
    // In one order, so that two who hold several never wait for each other.
    for (const hash of hashes) await tx.execute(sql`select ${blobLock(hash)}`);
    // Asked again under the lock: what was put or named meanwhile is kept.
    const gone = await tx.execute<{ hash: string; size: number }>(sql`
      delete from blob b where b.hash in ${hashes} and b.doomed_at <= now() - ${ms(graceMs)} and b.last_used_at < now() - ${ms(safeMs)} and ${UNNAMED}
        and not exists (select from blob_use u where u.org_id = b.org_id and u.hash = b.hash)
      returning b.hash, b.size::float8 as size`);
    await tx.execute(sql`update blob b set doomed_at = null where b.hash in ${hashes} and b.doomed_at is not null`);
    const left = gone.length
      ? await tx.execute<{ hash: string }>(sql`select distinct hash from blob where hash in ${gone.map((g) => g.hash)}`)
      : [];
    const kept = new Set(left.map((row) => row.hash));
    // Files before the commit: a put that waits for the lock then sees that its file is gone. A crash here leaves rows without a file,
    // which read as not found and are taken away the next time.
    for (const { hash } of gone) if (!kept.has(hash)) await unlink(blobPath(dataFolder, hash)).catch(ignoreMissing);
    return { looked, gone };
  });
}

/** Files that no row names: what a put left that was killed, half or whole. */
async function removeStrays(db: Db, dataFolder: string): Promise<number> {
  const root = blobFolder(dataFolder);
  let removed = 0;
  for (const folder of await readdir(root).catch(noFolder)) {
    const old: string[] = [];
    for (const name of await readdir(join(root, folder)).catch(noFolder)) {
      const there = await stat(join(root, folder, name)).catch(() => undefined);
      if (there && Date.now() - there.mtimeMs > STRAY_MS) old.push(name);
    }
    const halves = old.filter((name) => name.includes('.'));
    for (const name of halves) await unlink(join(root, folder, name)).catch(ignoreMissing);
    removed += halves.length;
    const hashes = old.filter((name) => !name.includes('.'));
    if (hashes.length === 0) continue;
    const rows = await db.execute<{ hash: string }>(sql`select distinct hash from blob where hash in ${hashes}`);
    const named = new Set(rows.map((row) => row.hash));
    for (const hash of hashes)
      if (!named.has(hash))
        await db.transaction(async (tx) => {
          await tx.execute(sql`select ${blobLock(hash)}`);
          const [row] = await tx.execute(sql`select 1 from blob where hash = ${hash} limit 1`);
          if (row) return;
          await unlink(blobPath(dataFolder, hash)).catch(ignoreMissing);
          removed++;
        });
  }
  return removed;
}

const ignoreMissing = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error;
};
const noFolder = (error: NodeJS.ErrnoException): string[] => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
};
