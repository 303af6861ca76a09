import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { decodeChunk } from '../chunk.ts';
import { sameSamples } from '../samples.ts';
import { readColdFile } from './read-file.ts';
import { type ColdPart, writeColdFile } from './write-file.ts';

const DAY_MS = 86_400_000;
/** Samples of a file: some 60 MB while it is written. */
const FILE_ROWS = 1_000_000;
/** Files hold at least some days of a tag, so that a month of it is in few of them. */
const BATCH_DAYS = 7;
const PAGE = 64;

export interface ColdRules {
  /** Samples younger than this stay in the database. */
  readonly hotDays: number;
  readonly batchDays?: number;
  readonly now?: number;
}
export interface Moved {
  readonly files: number;
  readonly chunks: number;
  readonly rows: number;
  readonly bytes: number;
}

interface Key {
  readonly tagId: number;
  readonly t0: number;
  readonly laneId: number;
  readonly seq: string;
}
interface Row extends Key {
  readonly data: Uint8Array;
}

/**
 * Moves the samples of old chunks into Parquet files below `history/`, a file is read back and compared before the chunks let go of their
 * bytes. Facts stay in the table, so a chunk is always in exactly one place, and a crash leaves at most a file that no row names. Frames
 * stay: they are thinned instead.
 */
export async function moveToCold(sql: Sql, dataFolder: string, rules: ColdRules, signal?: AbortSignal): Promise<Moved> {
  const now = rules.now ?? Date.now();
  const until = now - rules.hotDays * DAY_MS;
  const since = until - (rules.batchDays ?? BATCH_DAYS) * DAY_MS;
  await removeStrays(sql, dataFolder);
  const total = { files: 0, chunks: 0, rows: 0, bytes: 0 };
  const orgs = await sql<{ orgId: string }[]>`
    select org_id as "orgId" from chunk where data is not null and t1 < ${since} and not ${isFrame(sql)} group by 1 order by 1`;
  for (const { orgId } of orgs) {
    let after: Key = { tagId: 0, t0: 0, laneId: 0, seq: '0' };
    for (;;) {
      if (signal?.aborted) return total;
      const { rows, last } = await take(sql, orgId, until, after);
      if (rows.length === 0 || !last) break;
      const moved = await moveRows(sql, dataFolder, orgId, rows);
      total.files++;
      total.chunks += rows.length;
      total.rows += moved.rows;
      total.bytes += moved.bytes;
      after = last;
    }
  }
  return total;
}

const isFrame = (sql: Sql) => sql`exists (select from series s where s.id = tag_id and s.type = 'frame')`;

/** The next chunks by series and time, about a file of them. */
async function take(sql: Sql, orgId: string, until: number, start: Key) {
  const rows: Row[] = [];
  let samples = 0;
  let last: Key | undefined;
  while (samples < FILE_ROWS) {
    const from = last ?? start;
    const page = await sql<(Row & { n: number })[]>`
      select tag_id as "tagId", t0, lane_id as "laneId", seq::text, n, data from chunk
      where org_id = ${orgId} and data is not null and t1 < ${until} and (tag_id, t0, lane_id, seq) > (${from.tagId}, ${from.t0}, ${from.laneId}, ${from.seq}::text::int8) and not ${isFrame(sql)}
      order by tag_id, t0, lane_id, seq limit ${PAGE}`;
    for (const { n, ...row } of page) {
      rows.push(row);
      samples += n;
      last = row;
      if (samples >= FILE_ROWS) break;
    }
    if (page.length < PAGE) break;
  }
  return { rows, last };
}

async function moveRows(
  sql: Sql,
  dataFolder: string,
  orgId: string,
  rows: readonly Row[],
): Promise<{ rows: number; bytes: number }> {
  const parts: ColdPart[] = rows.map(({ tagId, laneId, data }) => ({ tag: tagId, lane: laneId, samples: decodeChunk(data) }));
  const [next] = await sql<{ id: number }[]>`select nextval('cold_file_id_seq')::int as id`;
  const id = next?.id ?? 0;
  const path = join('history', encodeURIComponent(orgId), `${String(id).padStart(8, '0')}.parquet`);
  const written = await writeColdFile(join(dataFolder, path), parts);
  const read = await readColdFile(
    join(dataFolder, path),
    parts.map((_, i) => i),
  );
  for (const [i, { tag, lane, samples }] of parts.entries()) {
    const back = read.get(i);
    if (back?.tag !== tag || back.lane !== lane || !sameSamples(back.samples, samples))
      throw new Error(`${path} does not give back part ${i} (tag ${tag}); its samples stay in the database`);
  }
  await sql.begin(async (tx) => {
    await tx`insert into cold_file (id, org_id, path, rows, bytes) overriding system value
      values (${id}, ${orgId}, ${path}, ${written.rows}, ${written.bytes})`;
    // A chunk that was merged or thinned meanwhile is no longer there under its key: its part of the file is simply not used.
    await tx`update chunk set data = null, cold_file_id = ${id}, cold_part = u.part - 1
      from unnest(${rows.map((r) => r.tagId)}::int4[], ${rows.map((r) => r.t0)}::float8[], ${rows.map((r) => r.laneId)}::int4[],
        ${rows.map((r) => r.seq)}::text[]) with ordinality as u(tag_id, t0, lane_id, seq, part)
      where chunk.tag_id = u.tag_id and chunk.t0 = u.t0 and chunk.lane_id = u.lane_id and chunk.seq = u.seq::int8 and chunk.data is not null`;
  });
  return written;
}

/** Takes away files of which no chunk needs anything any more, and what a crash left behind. */
async function removeStrays(sql: Sql, dataFolder: string): Promise<void> {
  await sql`delete from cold_file f where not exists (select from chunk c where c.cold_file_id = f.id)`;
  const named = new Set((await sql<{ path: string }[]>`select path from cold_file`).map((row) => row.path));
  const root = join(dataFolder, 'history');
  for (const org of await readdir(root).catch(none))
    for (const name of await readdir(join(root, org)).catch(none)) {
      const path = join('history', org, name);
      if (!named.has(path)) await unlink(join(dataFolder, path));
    }
}
const none = (error: NodeJS.ErrnoException): string[] => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
};
