import { join } from 'node:path';
import type { Sql } from 'postgres';
import { type ArchiveBlock, type ArchivedEntry, type ArchiveFile, openArchive } from './archive-file.ts';
import type { LogRow } from './contract.ts';
import { type LogReader, LogTruncatedError } from './reader.ts';
import { Unreadable } from './unreadable.ts';

/** Decoded blocks that are kept: several lanes are read side by side from the same ones. */
const BLOCKS_KEPT = 4;

/**
 * One organization's log from its first kept day to now: days that left the database are read from their archives, the rest by `reader`.
 * The same interface as a reader of the log, so that whoever follows lanes need not know where they stand. Closing it leaves `reader` open.
 */
export async function openArchivedLog(sql: Sql, reader: LogReader, dataFolder: string, orgId: string): Promise<LogReader> {
  const days = await sql<{ day: number; path: string }[]>`select day, path from log_archive where org_id = ${orgId} order by day`;
  const files: ArchiveFile[] = [];
  for (const { path } of days) files.push(await openArchive(join(dataFolder, path)));
  const unreadable = new Unreadable();
  const blocks = files.flatMap((file) => file.index.blocks.map((block) => ({ file, block })));
  const kept = new Map<ArchiveBlock, Promise<ArchivedEntry[]>>();
  const entriesOf = ({ file, block }: (typeof blocks)[number]) => {
    const known = kept.get(block);
    if (known) return known;
    const read = file.read(block);
    kept.set(block, read);
    for (const oldest of kept.keys()) {
      if (kept.size <= BLOCKS_KEPT) break;
      kept.delete(oldest);
    }
    return read;
  };
  const spanOf = (block: ArchiveBlock, lane: number) => block.lanes.find((span) => span[0] === lane);

  async function archived(lane: number, after: number, limit: number): Promise<(LogRow & { after: number })[]> {
    const rows: (LogRow & { after: number })[] = [];
    for (const part of blocks) {
      const span = spanOf(part.block, lane);
      if (!span || span[2] <= after) continue;
      for (const entry of await entriesOf(part)) {
        if (entry.lane !== lane || entry.seq <= after || rows.length === limit) continue;
        const next = (rows.at(-1)?.seq ?? after) + 1;
        if (entry.seq !== next) {
          if (rows.length === 0) throw new LogTruncatedError(lane, after, entry.seq);
          return rows;
        }
        const read = unreadable.read(entry);
        if (!read) return rows;
        rows.push({
          lane,
          seq: entry.seq,
          ...read,
          ...(entry.upto ? { upto: entry.upto } : {}),
          after,
        });
      }
      if (rows.length === limit) break;
    }
    return rows;
  }
  const archivedEnd = (lane: number) => blocks.reduce((end, { block }) => Math.max(end, spanOf(block, lane)?.[2] ?? 0), 0);

  return {
    async readAfter(lanes, cursors, limit) {
      const out: (LogRow & { after: number })[] = [];
      const live: number[] = [];
      for (const [i, lane] of lanes.entries()) {
        if ((cursors[i] ?? 0) >= archivedEnd(lane)) live.push(i);
        else out.push(...(await archived(lane, cursors[i] ?? 0, limit)));
      }
      if (live.length > 0)
        out.push(
          ...(await reader.readAfter(
            live.map((i) => lanes[i] ?? 0),
            live.map((i) => cursors[i] ?? 0),
            limit,
          )),
        );
      return out;
    },
    async ends(lanes) {
      const ends = await reader.ends(lanes);
      return ends.map((end, i) => Math.max(end, archivedEnd(lanes[i] ?? 0)));
    },
    async before(lane, at) {
      const found = await reader.before(lane, at);
      if (found > 0) return found;
      let last = 0;
      for (const part of blocks) {
        const span = spanOf(part.block, lane);
        if (!span || span[3] >= at) continue;
        if (span[4] < at) last = span[2];
        else for (const entry of await entriesOf(part)) if (entry.lane === lane && entry.at < at) last = entry.seq;
      }
      return last;
    },
    async close() {
      for (const file of files) await file.close();
    },
  };
}

/** Entries read ahead of each lane. */
const AHEAD = 64;

/**
 * The entries of these lanes with `from` <= append time < `to`, in the order in which they arrived: by append time, then lane, then number
 * (semantics, section 6). `reader` is the log alone or with its archive.
 */
export async function* readArrived(
  reader: LogReader,
  lanes: readonly number[],
  window: { readonly from: number; readonly to: number },
): AsyncGenerator<LogRow> {
  const heads = await Promise.all(
    [...new Set(lanes)].map(async (lane) => ({
      lane,
      cursor: await reader.before(lane, window.from),
      rows: [] as LogRow[],
      over: false,
    })),
  );
  const fill = async () => {
    const empty = heads.filter((head) => head.rows.length === 0 && !head.over);
    if (empty.length === 0) return;
    const rows = await reader.readAfter(
      empty.map((head) => head.lane),
      empty.map((head) => head.cursor),
      AHEAD,
    );
    for (const head of empty) {
      head.rows = rows.filter((row) => row.lane === head.lane);
      head.cursor = head.rows.at(-1)?.seq ?? head.cursor;
      head.over = head.rows.length === 0;
    }
  };
  for (;;) {
    await fill();
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) if (head.rows[0] && (!first?.rows[0] || before(head.rows[0], first.rows[0]))) first = head;
    const row = first?.rows.shift();
    if (!first || !row) return;
    if (row.entry.at < window.to) yield row;
    else {
      first.rows = [];
      first.over = true;
    }
  }
}

const before = (a: LogRow, b: LogRow): boolean => (a.entry.at - b.entry.at || a.lane - b.lane || a.seq - b.seq) < 0;
