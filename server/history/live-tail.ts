import type { LogRow } from '#runtime/log/contract.ts';
import { follow } from '../live.ts';
import { log } from '../log.ts';
import { logReader } from './log-reader.ts';
import { noteSeen } from './seen.ts';

/** New entries of a lane that may stand between two wake-ups before they are read in another turn. */
const ROWS_A_READ = 64;
/** A lost wake-up costs this much at most. */
const POLL_MS = 1_000;
/** Entries before the end that a new follower is given, so that it has what `latest` (a quarter of a second old) may lack. */
const PRIME = 8;

interface Follower {
  readonly lanes: ReadonlySet<number>;
  readonly push: (rows: readonly LogRow[]) => void;
}

/** The end of the log, read once a process however many screens look at it. */
class LiveTail {
  private readonly followers = new Set<Follower>();
  private readonly cursors = new Map<number, number>();
  private stop: AbortController | undefined;

  async add(follower: Follower): Promise<() => void> {
    const lanes = [...follower.lanes];
    const reader = await logReader();
    const ends = lanes.length ? await reader.ends(lanes) : [];
    lanes.forEach((lane, i) => {
      if (!this.cursors.has(lane)) this.cursors.set(lane, ends[i] ?? 0);
    });
    const cursors = ends.map((end) => Math.max(0, end - PRIME));
    if (lanes.length) follower.push(await reader.readAfter(lanes, cursors, PRIME));
    this.followers.add(follower);
    if (!this.stop) {
      this.stop = new AbortController();
      void this.run(this.stop.signal);
    }
    return () => this.remove(follower);
  }

  private remove(follower: Follower): void {
    this.followers.delete(follower);
    for (const lane of follower.lanes) if (![...this.followers].some((f) => f.lanes.has(lane))) this.cursors.delete(lane);
    if (this.followers.size > 0) return;
    this.stop?.abort();
    this.stop = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for await (const news of follow(['log'], { signal, idleMs: POLL_MS })) {
      const watched = [...this.cursors.keys()];
      const lanes = news.all || news.payloads.size === 0 ? watched : watched.filter((lane) => news.payloads.has(String(lane)));
      try {
        if (lanes.length) await this.read(lanes);
      } catch (error) {
        // The database is away: screens draw their values stale, and the next wake-up goes on where this one stopped.
        log.warn({ err: error }, 'live values wait for the log');
      }
    }
  }

  private async read(lanes: readonly number[]): Promise<void> {
    const reader = await logReader();
    for (let open = lanes; open.length > 0; ) {
      const rows = await reader.readAfter(
        open,
        open.map((lane) => this.cursors.get(lane) ?? 0),
        ROWS_A_READ,
      );
      noteSeen(rows);
      const counts = new Map<number, number>();
      for (const row of rows) {
        if (!this.cursors.has(row.lane)) continue;
        this.cursors.set(row.lane, row.seq);
        counts.set(row.lane, (counts.get(row.lane) ?? 0) + 1);
      }
      for (const follower of this.followers) {
        const mine = rows.filter((row) => follower.lanes.has(row.lane));
        if (mine.length) follower.push(mine);
      }
      open = open.filter((lane) => counts.get(lane) === ROWS_A_READ);
    }
  }
}

const held = globalThis as typeof globalThis & { millwrightLiveTail?: LiveTail };

/** Gives every new row of these lanes to `push`, first the last few before now; ends with the returned function. */
export function followLanes(lanes: readonly number[], push: (rows: readonly LogRow[]) => void): Promise<() => void> {
  held.millwrightLiveTail ??= new LiveTail();
  return held.millwrightLiveTail.add({ lanes: new Set(lanes), push });
}
