import type { Database } from '#drizzle/client.ts';
import { reduceFrame } from './reduce.ts';
import { type OtherValue, originName } from './samples.ts';

interface Newest {
  orgId: string;
  time: number;
  value: number;
  quality: number;
  origin: number;
  other: OtherValue | undefined;
}

/** More rows of a frame than a screen is wide need not stand in `latest`; the chunk has them all. */
const FRAME_ROWS = 2000;

/** JSON of a value that is no number, as `latest.other` keeps it. */
export const otherText = (other: OtherValue): string =>
  JSON.stringify('frame' in other ? { frame: reduceFrame(other.frame, FRAME_ROWS) } : other, (_, v) =>
    v instanceof Float64Array ? Array.from(v) : v,
  );

/** The newest value of every series seen by this process, written in one statement for all that changed. */
export class LatestValues {
  private readonly sql: Database['sql'];
  private readonly known = new Map<number, Newest>();
  private readonly changed = new Set<number>();
  constructor(sql: Database['sql']) {
    this.sql = sql;
  }

  note(
    id: number,
    orgId: string,
    time: number,
    value: number,
    quality: number,
    origin: number,
    other: OtherValue | undefined,
  ): void {
    const last = this.known.get(id);
    // An equal time is a correction: the newer version wins.
    if (last && time < last.time) return;
    if (last) {
      last.time = time;
      last.value = value;
      last.quality = quality;
      last.origin = origin;
      last.other = other;
    } else this.known.set(id, { orgId, time, value, quality, origin, other });
    this.changed.add(id);
  }

  get pending(): number {
    return this.changed.size;
  }

  async write(): Promise<void> {
    if (this.changed.size === 0) return;
    // Sorted, so that no two writers ever take the rows' locks in different orders.
    const ids = [...this.changed].sort((a, b) => a - b);
    const rows = ids.map((id) => this.known.get(id) as Newest);
    await this.sql`
      insert into latest (tag_id, org_id, time, value, other, quality, origin)
      select * from unnest(${ids}::int4[], ${rows.map((r) => r.orgId)}::text[], ${rows.map((r) => r.time)}::float8[],
        ${rows.map((r) => (Number.isNaN(r.value) ? null : r.value))}::float8[],
        ${rows.map((r) => (r.other ? otherText(r.other) : null))}::text[], ${rows.map((r) => r.quality)}::int2[],
        ${rows.map((r) => originName(r.origin))}::text[])
      on conflict (tag_id) do update set time = excluded.time, value = excluded.value, other = excluded.other,
        quality = excluded.quality, origin = excluded.origin
      where excluded.time >= latest.time`;
    // Nothing is noted while this runs: what was refused is tried again whole.
    this.changed.clear();
  }
}
