import type { Database } from '#drizzle/client.ts';
import type { BlobUse } from './blob-uses.ts';
import { encodeChunk } from './chunk.ts';
import type { EventRow } from './events.ts';
import { pick, type Samples, sorted } from './samples.ts';

const DAY = 86_400_000;
/** A chunk never spans more, so that a query knows how far before its window a chunk may begin. */
export const MAX_SPAN = DAY;
/** Longer chunks gain nothing in size and cost whoever reads a minute of them. */
export const MAX_SAMPLES = 14_400;

export interface ChunkRow {
  readonly tagId: number;
  readonly orgId: string;
  readonly laneId: number;
  readonly t0: number;
  readonly t1: number;
  readonly n: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly sum: number | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly worst: number;
  readonly seq: number;
  readonly data: Uint8Array;
}

/** Chunks of a series' samples, in time order, cut at a day and at MAX_SAMPLES. */
export function chunksOf(tagId: number, orgId: string, laneId: number, samples: Samples): ChunkRow[] {
  const s = sorted(samples);
  const rows: ChunkRow[] = [];
  for (let from = 0; from < s.n; ) {
    let to = from + 1;
    while (to < s.n && to - from < MAX_SAMPLES && (s.time[to] as number) - (s.time[from] as number) < MAX_SPAN) to++;
    const part =
      from === 0 && to === s.n
        ? s
        : pick(
            s,
            Uint32Array.from({ length: to - from }, (_, i) => from + i),
          );
    rows.push({ tagId, orgId, laneId, ...facts(part), data: encodeChunk(part) });
    from = to;
  }
  return rows;
}

function facts(s: Samples) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  let worst = 0;
  let seq = 0;
  for (let i = 0; i < s.n; i++) {
    const x = s.value[i] as number;
    if ((s.quality[i] as number) > worst) worst = s.quality[i] as number;
    if ((s.seq[i] as number) > seq) seq = s.seq[i] as number;
    if (Number.isNaN(x)) continue;
    if (count++ === 0) first = x;
    last = x;
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
  }
  const number = (x: number) => (count === 0 ? null : x);
  return {
    t0: s.time[0] as number,
    t1: s.time[s.n - 1] as number,
    n: s.n,
    min: number(min),
    max: number(max),
    sum: number(sum),
    first: number(first),
    last: number(last),
    worst,
    seq,
  };
}

const columns = (rows: readonly ChunkRow[]) => {
  const offset: number[] = [];
  let at = 1;
  for (const r of rows) {
    offset.push(at);
    at += r.data.length;
  }
  return { offset, blob: Buffer.concat(rows.map((r) => r.data)) };
};

/** PostgreSQL's JSON knows no NUL; a person's text may. */
const eventText = ({ event }: EventRow) => JSON.stringify(event).replaceAll('\\u0000', '\\ufffd');

/** Each series with the UTC days (since 1970) that its new samples touch. */
function daysTouched(rows: readonly ChunkRow[]): { tagId: number[]; day: number[] } {
  const touched = new Map<string, readonly [number, number]>();
  for (const { tagId, t0, t1 } of rows)
    for (let day = Math.floor(t0 / DAY); day <= Math.floor(t1 / DAY); day++) touched.set(`${tagId}/${day}`, [tagId, day]);
  const pairs = [...touched.values()];
  return { tagId: pairs.map(([tagId]) => tagId), day: pairs.map(([, day]) => day) };
}

/**
 * Stores chunks, events, uses of blobs and the lane's new cursor in one statement, and notes the days whose hours must be made anew. Gives
 * false, and stores nothing, when the cursor is not where this historian left it: another one has taken the lane on.
 */
export async function storeChunks(
  sql: Database['sql'],
  lane: { readonly id: number; readonly orgId: string; readonly from: number; readonly to: number },
  rows: readonly ChunkRow[],
  { events, uses }: { readonly events: readonly EventRow[]; readonly uses: readonly BlobUse[] } = { events: [], uses: [] },
): Promise<boolean> {
  const { offset, blob } = columns(rows);
  const touched = daysTouched(rows);
  const [result] = await sql<{ moved: boolean }[]>`
    with moved as (
      insert into history_cursor (lane_id, seq) values (${lane.id}, ${lane.to})
      on conflict (lane_id) do update set seq = excluded.seq where history_cursor.seq = ${lane.from}
      returning lane_id
    ), stored as (
      insert into chunk (tag_id, org_id, t0, t1, n, vmin, vmax, vsum, vfirst, vlast, worst, lane_id, seq, data)
      select u.tag_id, u.org_id, u.t0, u.t1, u.n, u.vmin, u.vmax, u.vsum, u.vfirst, u.vlast, u.worst, moved.lane_id, u.seq,
        substring(${blob}::bytea from u.at for u.length)
      from moved, unnest(${rows.map((r) => r.tagId)}::int4[], ${rows.map((r) => r.orgId)}::text[], ${rows.map((r) => r.t0)}::float8[],
        ${rows.map((r) => r.t1)}::float8[], ${rows.map((r) => r.n)}::int4[], ${rows.map((r) => r.min)}::float8[],
        ${rows.map((r) => r.max)}::float8[], ${rows.map((r) => r.sum)}::float8[], ${rows.map((r) => r.first)}::float8[],
        ${rows.map((r) => r.last)}::float8[], ${rows.map((r) => r.worst)}::int2[], ${rows.map((r) => r.seq)}::int8[],
        ${offset}::int4[], ${rows.map((r) => r.data.length)}::int4[])
        as u(tag_id, org_id, t0, t1, n, vmin, vmax, vsum, vfirst, vlast, worst, seq, at, length)
    ), due as (
      insert into rollup (tag_id, day, org_id) select u.tag_id, u.day, ${lane.orgId}
      from moved, unnest(${touched.tagId}::int4[], ${touched.day}::int4[]) as u(tag_id, day)
      on conflict (tag_id, day) do update set data = null where rollup.data is not null and not rollup.sealed
    ), told as (
      insert into event (lane_id, seq, org_id, at, type, subject, body)
      select moved.lane_id, u.seq, ${lane.orgId}, u.at, u.type, u.subject, u.body::jsonb
      from moved, unnest(${events.map((e) => e.seq)}::int8[], ${events.map((e) => e.at)}::float8[], ${events.map((e) => e.event.type)}::text[],
        ${events.map((e) => e.subject)}::text[], ${events.map(eventText)}::text[]) as u(seq, at, type, subject, body)
    ), named as (
      insert into blob_use (org_id, hash, tag_id, lane_id, seq, at, kind)
      select ${lane.orgId}, u.hash, u.tag_id, moved.lane_id, u.seq, u.at, u.kind
      from moved, unnest(${uses.map((u) => u.hash)}::text[], ${uses.map((u) => u.tagId)}::int4[], ${uses.map((u) => u.seq)}::int8[],
        ${uses.map((u) => u.at)}::float8[], ${uses.map((u) => u.kind)}::text[]) as u(hash, tag_id, seq, at, kind)
      on conflict do nothing
    )
    select exists (select from moved) as moved`;
  return result?.moved === true;
}

/** Puts `rows` in the place of chunks that say the same in more pieces. Gives false when one of those is gone already. */
export async function replaceChunks(
  sql: Database['sql'],
  old: readonly { tagId: number; t0: number; laneId: number; seq: number }[],
  rows: readonly ChunkRow[],
): Promise<boolean> {
  const { offset, blob } = columns(rows);
  try {
    await sql.begin(async (tx) => {
      const gone = await tx`
        delete from chunk using unnest(${old.map((o) => o.tagId)}::int4[], ${old.map((o) => o.t0)}::float8[],
          ${old.map((o) => o.laneId)}::int4[], ${old.map((o) => o.seq)}::int8[]) as u(tag_id, t0, lane_id, seq)
        where chunk.tag_id = u.tag_id and chunk.t0 = u.t0 and chunk.lane_id = u.lane_id and chunk.seq = u.seq`;
      if (gone.count !== old.length) throw new ChunksChanged();
      await tx`
        insert into chunk (tag_id, org_id, t0, t1, n, vmin, vmax, vsum, vfirst, vlast, worst, lane_id, seq, data)
        select u.tag_id, u.org_id, u.t0, u.t1, u.n, u.vmin, u.vmax, u.vsum, u.vfirst, u.vlast, u.worst, u.lane_id, u.seq,
          substring(${blob}::bytea from u.at for u.length)
        from unnest(${rows.map((r) => r.tagId)}::int4[], ${rows.map((r) => r.orgId)}::text[], ${rows.map((r) => r.t0)}::float8[],
          ${rows.map((r) => r.t1)}::float8[], ${rows.map((r) => r.n)}::int4[], ${rows.map((r) => r.min)}::float8[],
          ${rows.map((r) => r.max)}::float8[], ${rows.map((r) => r.sum)}::float8[], ${rows.map((r) => r.first)}::float8[],
          ${rows.map((r) => r.last)}::float8[], ${rows.map((r) => r.worst)}::int2[], ${rows.map((r) => r.laneId)}::int4[],
          ${rows.map((r) => r.seq)}::int8[], ${offset}::int4[], ${rows.map((r) => r.data.length)}::int4[])
          as u(tag_id, org_id, t0, t1, n, vmin, vmax, vsum, vfirst, vlast, worst, lane_id, seq, at, length)`;
    });
    return true;
  } catch (error) {
    if (error instanceof ChunksChanged) return false;
    throw error;
  }
}
class ChunksChanged extends Error {}
