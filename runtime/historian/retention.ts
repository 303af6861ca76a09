import type { Sql } from 'postgres';
import { decodeChunk } from './chunk.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';
import { concat, newest, pick, type Samples, sorted } from './samples.ts';
import { chunksOf, replaceChunks } from './store.ts';

export interface RetentionRules {
  /** Samples are kept for so many days, where neither a series nor its organization has a rule (`sample_days`); 0 = for ever. */
  readonly sampleDays: number;
  /** Every frame is kept for so many hours, where neither a series nor its organization has a rule (`large_hours`). */
  readonly frameHours: number;
  readonly now?: number;
}
export interface Retained {
  /** Chunks whose samples are older than their rule. Their hours stay. */
  readonly chunks: number;
  /** Frames thinned out. */
  readonly frames: number;
  /** Series that no longer exist, with all that was kept of them. */
  readonly series: number;
}

/** Older frames: for this long the first of each ten minutes, then the first of each hour, as long as samples are kept. */
export const FRAME_STEPS = [
  { olderThanMs: 0, slotMs: 600_000 },
  { olderThanMs: 30 * DAY_MS, slotMs: HOUR_MS },
] as const;
/** Chunks of frames that are read together, at most: some megabytes of spectra. */
const GROUP_BYTES = 8 << 20;

/** Brings what is kept in line with the rules. Whatever is half done when it is stopped is done the next time. */
export async function applyRetention(sql: Sql, rules: RetentionRules, signal?: AbortSignal): Promise<Retained> {
  const now = rules.now ?? Date.now();
  const series = await dropForgotten(sql);
  const chunks = await dropOld(sql, rules.sampleDays, now);
  let frames = 0;
  for (const step of FRAME_STEPS) if (!signal?.aborted) frames += await thinFrames(sql, rules.frameHours, step, now, signal);
  return { chunks, frames, series };
}

/** Tags and outputs that were deleted cannot be asked for any more. */
async function dropForgotten(sql: Sql): Promise<number> {
  const gone = await sql<{ id: number }[]>`
    select tag_id as id from latest l where not exists (select from tag t where t.id = l.tag_id) and not exists (select from series s where s.id = l.tag_id)`;
  const ids = gone.map((row) => row.id);
  if (ids.length === 0) return 0;
  await sql.begin(async (tx) => {
    for (const table of ['chunk', 'rollup', 'blob_use', 'retention', 'latest'])
      await tx`delete from ${tx(table)} where tag_id = any(${ids}::int4[])`;
  });
  return ids.length;
}

/** Whole chunks, and only when every day that they touch has its hours, which are then sealed. */
async function dropOld(sql: Sql, sampleDays: number, now: number): Promise<number> {
  const rows = await sql`
    with cutoff as (
      select l.tag_id, ${now}::float8 - coalesce(r.sample_days, d.sample_days, ${sampleDays}::int) * ${DAY_MS}::float8 as at
      from latest l left join retention r on r.tag_id = l.tag_id left join retention_default d on d.org_id = l.org_id
      where coalesce(r.sample_days, d.sample_days, ${sampleDays}::int) > 0
    ), old as (
      select c.tag_id, c.t0, c.t1, c.lane_id, c.seq from chunk c join cutoff on cutoff.tag_id = c.tag_id where c.t1 < cutoff.at
        and not exists (select from rollup r where r.tag_id = c.tag_id and (r.data is null or octet_length(r.data) = 0)
          and r.day between floor(c.t0 / ${DAY_MS}) and floor(c.t1 / ${DAY_MS}))
    ), sealed as (
      update rollup r set sealed = true from old where r.tag_id = old.tag_id and not r.sealed
        and r.day between floor(old.t0 / ${DAY_MS}) and floor(old.t1 / ${DAY_MS})
    )
    delete from chunk c using old where c.tag_id = old.tag_id and c.t0 = old.t0 and c.lane_id = old.lane_id and c.seq = old.seq`;
  return rows.count;
}

interface FrameChunk {
  readonly t0: number;
  readonly t1: number;
  readonly n: number;
  readonly laneId: number;
  readonly seq: number;
  readonly orgId: string;
  readonly bytes: number;
}

/** Keeps the first frame of each slot, in its newest version; of a slot that lies in two groups of chunks, the first of each. */
async function thinFrames(
  sql: Sql,
  frameHours: number,
  { olderThanMs, slotMs }: (typeof FRAME_STEPS)[number],
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  let thinned = 0;
  const series = await sql<{ id: number; hours: number }[]>`
    select s.id, coalesce(r.large_hours, d.large_hours, ${frameHours}::int) as hours from series s left join retention r on r.tag_id = s.id
    left join retention_default d on d.org_id = s.org_id where s.type = 'frame'`;
  for (const { id, hours } of series) {
    const chunks = await sql<FrameChunk[]>`
      select t0, t1, n, lane_id as "laneId", seq::float8 as seq, org_id as "orgId", octet_length(data) as bytes from chunk
      where tag_id = ${id} and t1 < ${now - Math.max(hours * HOUR_MS, olderThanMs)} and data is not null order by lane_id, t0`;
    for (const group of groups(chunks)) {
      if (signal?.aborted) return thinned;
      const slots = Math.floor(Math.max(...group.map((c) => c.t1)) / slotMs) - Math.floor((group[0]?.t0 ?? 0) / slotMs) + 1;
      if (group.reduce((n, c) => n + c.n, 0) > slots) thinned += await thin(sql, id, group, slotMs);
    }
  }
  return thinned;
}

function groups(chunks: readonly FrameChunk[]): FrameChunk[][] {
  const all: FrameChunk[][] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    const group = all.at(-1);
    if (group && group[0]?.laneId === chunk.laneId && bytes + chunk.bytes <= GROUP_BYTES) {
      group.push(chunk);
      bytes += chunk.bytes;
    } else {
      all.push([chunk]);
      bytes = chunk.bytes;
    }
  }
  return all;
}

async function thin(sql: Sql, tagId: number, group: readonly FrameChunk[], slotMs: number): Promise<number> {
  const [first] = group;
  if (!first) return 0;
  const { laneId, orgId } = first;
  const rows = await sql<{ data: Uint8Array }[]>`
    select c.data from chunk c join unnest(${group.map((c) => c.t0)}::float8[], ${group.map((c) => c.seq)}::int8[]) as u(t0, seq)
      on c.t0 = u.t0 and c.seq = u.seq where c.tag_id = ${tagId} and c.lane_id = ${laneId} and c.data is not null`;
  const samples = concat(rows.map((row) => decodeChunk(row.data)));
  const kept = firstOfSlots(samples, slotMs);
  const old = group.map(({ t0, seq }) => ({ tagId, laneId, t0, seq }));
  // False: some were merged meanwhile. The next run finds them as they are then.
  return (await replaceChunks(sql, old, chunksOf(tagId, orgId, laneId, kept))) ? samples.n - kept.n : 0;
}

export function firstOfSlots(samples: Samples, slotMs: number): Samples {
  const s = newest(sorted(samples));
  const rows: number[] = [];
  let slot = Number.NaN;
  for (let i = 0; i < s.n; i++) {
    const mine = Math.floor((s.time[i] as number) / slotMs);
    if (mine !== slot) rows.push(i);
    slot = mine;
  }
  return pick(s, Uint32Array.from(rows));
}
