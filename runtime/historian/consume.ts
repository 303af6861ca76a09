import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#drizzle/client.ts';
import { isPassing } from '#drizzle/refusal.ts';
import type { LogRow, OutputsEntry } from '#runtime/log/contract.ts';
import { Compaction } from './compact.ts';
import { LaneBuffer } from './gather.ts';
import { LatestValues } from './latest.ts';
import { SeriesIds } from './series.ts';
import { chunksOf, storeChunks } from './store.ts';

/** Rows of each lane after its cursor, in order; at most `limit` a lane (`LogReader.readAfter` of runtime/log). */
export type ReadLog = (lanes: readonly number[], cursors: readonly number[], limit: number) => Promise<readonly LogRow[]>;

export interface HistorianOptions {
  readonly sql: Database['sql'];
  readonly read: ReadLog;
  /** Resolves when a lane has news, or after `ms`. */
  readonly wait: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onFlush?: (lane: number, samples: number, chunks: number, bytes: number) => void;
  /** The database takes nothing (its disk is full, or it is read-only); undefined when it does again. */
  readonly onTrouble?: (error: Error | undefined) => void;
  /** Of the steps that are traced, when their results are in the history. */
  readonly traces?: {
    readonly take: (entry: OutputsEntry) => boolean;
    readonly stored: (orgId: string, steps: readonly TracedStep[]) => Promise<void>;
  };
  readonly retryMs?: number;
  readonly flushRows?: number;
  readonly flushMs?: number;
}

export interface TracedStep {
  readonly shardId: number;
  readonly step: number;
}

/** A lane is stored after this many rows: short chunks cost 3 bytes a sample where 120 cost 1 to 1.5, and merging does the rest. */
const FLUSH_ROWS = 120;
/** … or this long after its oldest row, so that what a restart reads again stays small. */
const FLUSH_MS = 120_000;
/** … or at so many samples: some 40 bytes of memory each. */
const FLUSH_SAMPLES = 262_144;
/** `latest` is never older than this, … */
const LATEST_MS = 250;
/** … unless writing it takes so long that it would be busy with nothing else. */
const LATEST_SHARE = 0.25;
const LANES_MS = 2_000;
const LANES_A_READ = 50;
const ROWS_A_READ = 16;

/** While nothing can be stored, nothing is read either: memory stays as it is, and the log keeps what comes. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/** Another historian has moved a cursor: this one starts again from what is stored. */
export class CursorMoved extends Error {
  constructor(lane: number) {
    super(`lane ${lane} was stored by another historian`);
  }
}

/**
 * Follows every lane after its stored cursor until `signal`. Nothing is remembered across a restart but the cursor,
 * which moves in the same statement as the chunks: whatever was read and not stored is simply read again.
 */
export async function consume(options: HistorianOptions): Promise<void> {
  const { sql, read, signal } = options;
  const flushRows = options.flushRows ?? FLUSH_ROWS;
  const flushMs = options.flushMs ?? FLUSH_MS;
  const ids = new SeriesIds(sql);
  const latest = new LatestValues(sql);
  const compaction = new Compaction(sql);
  const lanes = new Map<number, LaneBuffer>();
  const traced = new Map<number, TracedStep[]>();
  let lanesAt = Number.NEGATIVE_INFINITY;
  let latestAt = Number.NEGATIVE_INFINITY;
  let troubled = false;

  const refreshLanes = async () => {
    const rows = await sql<{ id: number; orgId: string; seq: number }[]>`
      select l.id, l.org_id as "orgId", coalesce(c.seq, 0)::float8 as seq from lane l
      left join history_cursor c on c.lane_id = l.id where not l.id = any(${[...lanes.keys()]}::int4[])`;
    for (const row of rows) lanes.set(row.id, new LaneBuffer(row.id, row.orgId, row.seq));
    lanesAt = performance.now();
  };

  const stored = async <T>(write: () => Promise<T>): Promise<T> => {
    for (let pause = options.retryMs ?? RETRY_MS; ; pause = Math.min(pause * 2, LONGEST_RETRY_MS)) {
      try {
        const done = await write();
        if (troubled) options.onTrouble?.(undefined);
        troubled = false;
        return done;
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error;
        troubled = true;
        options.onTrouble?.(error);
        await sleep(pause, undefined, { signal }).catch(() => {});
      }
    }
  };

  const writeLatest = async () => {
    const from = performance.now();
    await stored(() => latest.write());
    const took = performance.now() - from;
    latestAt = performance.now() + Math.max(0, took / LATEST_SHARE - LATEST_MS);
  };

  const flush = async (lane: LaneBuffer) => {
    // Before the cursor moves: after a crash in between, `latest` would not be read again.
    await stored(() => latest.write());
    const rows = [...lane.series].flatMap(([id, buffer]) => chunksOf(id, lane.orgId, lane.lane, buffer.samples()));
    const span = { id: lane.lane, orgId: lane.orgId, from: lane.stored, to: lane.read };
    if (!(await stored(() => storeChunks(sql, span, rows, lane)))) throw new CursorMoved(lane.lane);
    options.onFlush?.(
      lane.lane,
      lane.samples,
      rows.length,
      rows.reduce((sum, r) => sum + r.data.length, 0),
    );
    compaction.stored(rows);
    lane.clear();
    const steps = traced.get(lane.lane);
    traced.delete(lane.lane);
    if (steps) await options.traces?.stored(lane.orgId, steps);
  };
  const due = (lane: LaneBuffer) =>
    lane.rows > 0 && (lane.rows >= flushRows || lane.samples >= FLUSH_SAMPLES || performance.now() - lane.since >= flushMs);

  while (!signal.aborted) {
    if (performance.now() - lanesAt > LANES_MS) await refreshLanes();
    let found = 0;
    const all = [...lanes.values()];
    for (let i = 0; i < all.length && !signal.aborted; i += LANES_A_READ) {
      const part = all.slice(i, i + LANES_A_READ);
      const rows = await read(
        part.map((l) => l.lane),
        part.map((l) => l.read),
        ROWS_A_READ,
      );
      found += rows.length;
      await ids.learn(rows.flatMap((r) => (r.entry.kind === 'outputs' ? [r.entry] : [])));
      for (const row of rows) {
        const lane = lanes.get(row.lane);
        // A number that is not the next is not to be seen yet: its predecessor is still being committed.
        if (!lane || row.seq !== lane.read + 1) continue;
        lane.add(row, ids, performance.now(), (id, orgId, time, value, quality, origin, other) =>
          latest.note(id, orgId, time, value, quality, origin, other),
        );
        if (row.entry.kind === 'outputs' && options.traces?.take(row.entry)) {
          const { shardId, step } = row.entry;
          traced.set(row.lane, [...(traced.get(row.lane) ?? []), { shardId, step }]);
        }
      }
      for (const lane of part) if (due(lane)) await flush(lane);
      if (performance.now() - latestAt >= LATEST_MS) await writeLatest();
    }
    if (found > 0) continue;
    if (latest.pending > 0) {
      const rest = LATEST_MS - (performance.now() - latestAt);
      if (rest > 0) await options.wait(Math.min(rest, LATEST_MS));
      else await writeLatest();
    } else {
      await stored(() => compaction.run());
      await options.wait(LATEST_MS);
    }
  }
  // A clean stop leaves as little as possible to be read again.
  for (const lane of lanes.values()) if (lane.rows > 0) await flush(lane);
  await latest.write();
}
