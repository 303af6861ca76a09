import type { Database } from '#drizzle/client.ts';
import { decodeChunk } from './chunk.ts';
import { concat } from './samples.ts';
import { type ChunkRow, chunksOf, MAX_SPAN, replaceChunks } from './store.ts';

/** Chunks with fewer samples than an hour at one a second are worth merging; a row costs 145 bytes beside its samples. */
const SMALL = 3_600;
/** Merge when so many small ones of one series stand beside each other: every sample is then rewritten two or three times in all. */
const MANY = 30;

/** … unless they are frames: what is merged is in memory at once. */
const SMALL_BYTES = 256 << 10;

interface Piece {
  readonly t0: number;
  readonly t1: number;
  readonly n: number;
  readonly seq: number;
  readonly bytes: number;
}

/** Merges the small chunks that a flush every two minutes leaves into hour and day chunks, when nothing else is to be done. */
export class Compaction {
  private readonly sql: Database['sql'];
  private pieces: Map<string, Piece[]> | undefined;
  private readonly ready = new Set<string>();
  constructor(sql: Database['sql']) {
    this.sql = sql;
  }

  stored(rows: readonly ChunkRow[]): void {
    // Before the first look at the table, that look will find them.
    if (this.pieces) for (const r of rows) this.note(`${r.tagId}/${r.laneId}`, { ...r, bytes: r.data.length });
  }

  /** One merge at most, so that the log is never kept waiting. */
  async run(): Promise<boolean> {
    if (!this.pieces) {
      this.pieces = new Map();
      const rows = await this.sql<(Piece & { tagId: number; laneId: number })[]>`
        select tag_id as "tagId", lane_id as "laneId", t0, t1, n, seq::float8 as seq, octet_length(data) as bytes from chunk
        where n < ${SMALL} and t1 - t0 < ${MAX_SPAN / 2} and data is not null`;
      for (const r of rows) this.note(`${r.tagId}/${r.laneId}`, r);
    }
    const next = this.ready.values().next();
    if (next.done) return false;
    const name = next.value;
    this.ready.delete(name);
    await this.merge(name);
    return true;
  }

  private note(name: string, { t0, t1, n, seq, bytes }: Piece): void {
    if (n >= SMALL || bytes >= SMALL_BYTES || t1 - t0 >= MAX_SPAN / 2) return;
    const pieces = this.pieces?.get(name);
    if (pieces) pieces.push({ t0, t1, n, seq, bytes });
    else this.pieces?.set(name, [{ t0, t1, n, seq, bytes }]);
    if ((pieces?.length ?? 1) >= MANY) this.ready.add(name);
  }

  private async merge(name: string): Promise<void> {
    const [tagId, laneId] = name.split('/').map(Number) as [number, number];
    const pieces = this.pieces?.get(name) ?? [];
    this.pieces?.delete(name);
    const old = pieces.map((p) => ({ tagId, laneId, t0: p.t0, seq: p.seq }));
    const rows = await this.sql<{ orgId: string; data: Uint8Array }[]>`
      select c.org_id as "orgId", c.data from chunk c
      join unnest(${old.map((o) => o.t0)}::float8[], ${old.map((o) => o.seq)}::int8[]) as u(t0, seq) on c.t0 = u.t0 and c.seq = u.seq
      where c.tag_id = ${tagId} and c.lane_id = ${laneId} and c.data is not null`;
    const orgId = rows[0]?.orgId;
    if (orgId === undefined || rows.length !== old.length) return;
    const merged = chunksOf(tagId, orgId, laneId, concat(rows.map((r) => decodeChunk(r.data))));
    if (await replaceChunks(this.sql, old, merged)) for (const m of merged) this.note(name, { ...m, bytes: m.data.length });
  }
}
