import { and, asc, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { shard } from '#drizzle/schema/app.ts';
import { chunk, coldFile, historyCursor, series } from '#drizzle/schema/history.ts';
import { tag } from '#drizzle/schema/plant.ts';
import { SeriesBuffer } from './buffer.ts';
import { decodeChunk } from './chunk.ts';
import type { ReadLog } from './consume.ts';
import { eachSample } from './gather.ts';
import { between, concat, newest, noSamples, pick, type Samples, sorted } from './samples.ts';
import { MAX_SPAN } from './store.ts';

/** Where a question is asked: as which tenant, in which transaction, and how the end of the log is read that is not stored yet. */
export interface HistoryReader {
  readonly tx: Tx;
  readonly orgId: string;
  readonly readLog: ReadLog;
  /** Where files of old samples stand; the process' data folder unless given. */
  readonly dataFolder?: string;
}

export interface Window {
  /** Epoch ms, included. */
  readonly from: number;
  /** Epoch ms, not included. */
  readonly to: number;
}

/** Rows of each lane that are read at once from the end of the log. */
const ROWS_A_PAGE = 256;
/** Chunks whose data are fetched at once. */
const CHUNKS_A_PAGE = 500;
/** A merge between looking up chunks and fetching them takes them away; a question is then asked again. */
const TRIES = 5;

/** One stored chunk, or the end of the log, with its lane. */
export interface Part {
  readonly id: number;
  readonly lane: number;
  readonly samples: Samples;
}

const factColumns = {
  id: chunk.tagId,
  lane: chunk.laneId,
  seq: chunk.seq,
  t0: chunk.t0,
  t1: chunk.t1,
  n: chunk.n,
  min: chunk.min,
  max: chunk.max,
  first: chunk.first,
  last: chunk.last,
  worst: chunk.worst,
};
const chunkFacts = ({ tx, orgId }: HistoryReader, ids: readonly number[], { from, to }: Window) =>
  tx
    .select(factColumns)
    .from(chunk)
    .where(
      and(
        eq(chunk.orgId, orgId),
        inArray(chunk.tagId, [...ids]),
        // A chunk spans a day at most: the key alone finds the few that can reach into the window.
        gte(chunk.t0, from - MAX_SPAN),
        lt(chunk.t0, to),
        gte(chunk.t1, from),
      ),
    )
    .orderBy(asc(chunk.tagId), asc(chunk.t0));
export type ChunkFacts = Awaited<ReturnType<typeof chunkFacts>>[number];

/**
 * Every stored version and what is only in the log as yet, for each id in parts; whole chunks, so wider than the window. `skip` names
 * chunks whose facts are enough for the caller; it sees all facts of the window and the end of the log.
 */
export async function parts(
  reader: HistoryReader,
  ids: readonly number[],
  window: Window,
  skip: (facts: readonly ChunkFacts[], tail: readonly Part[]) => ReadonlySet<ChunkFacts> = () => new Set(),
): Promise<Part[]> {
  if (ids.length === 0) return [];
  for (let attempt = 1; ; attempt++) {
    // The cursors first: what is stored in between is then found in a chunk and after the cursor, and told apart by its number.
    const lanes = await tailLanes(reader, ids);
    const facts = await chunkFacts(reader, ids, window);
    const tail = await readTail(reader, lanes, facts);
    const skipped = skip(facts, tail);
    const wanted = skipped.size === 0 ? facts : facts.filter((f) => !skipped.has(f));
    const stored = await fetchChunks(reader, wanted);
    if (stored.length === wanted.length) return [...stored, ...tail];
    if (attempt === TRIES) throw new Error('the history was being rearranged for too long; ask again');
  }
}

async function fetchChunks(reader: HistoryReader, facts: readonly ChunkFacts[]): Promise<Part[]> {
  const { tx, orgId } = reader;
  const found: Part[] = [];
  const cold: { path: string; part: number }[] = [];
  for (let i = 0; i < facts.length; i += CHUNKS_A_PAGE) {
    const page = facts.slice(i, i + CHUNKS_A_PAGE);
    const keys = page.map((f) => sql`(${f.id}::int4, ${f.t0}::float8, ${f.lane}::int4, ${f.seq}::int8)`);
    const rows = await tx
      .select({ id: chunk.tagId, lane: chunk.laneId, data: chunk.data, path: coldFile.path, part: chunk.coldPart })
      .from(chunk)
      .leftJoin(coldFile, eq(coldFile.id, chunk.coldFileId))
      .where(
        and(
          eq(chunk.orgId, orgId),
          sql`(${chunk.tagId}, ${chunk.t0}, ${chunk.laneId}, ${chunk.seq}) in (${sql.join(keys, sql`, `)})`,
        ),
      );
    for (const { id, lane, data, path, part } of rows)
      if (data) found.push({ id, lane, samples: decodeChunk(data) });
      else if (path !== null && part !== null) cold.push({ path, part });
  }
  if (cold.length === 0) return found;
  const { readColdParts } = await import('./cold/read-parts.ts');
  return [...found, ...(await readColdParts(reader.dataFolder, cold))];
}

/**
 * Samples of each id in the window by time; of several versions of one time the newest. `knownAt`: as it was known at that moment, without what came
 * later (append time, epoch ms).
 */
export async function readSamples(
  reader: HistoryReader,
  ids: readonly number[],
  window: Window,
  knownAt = Number.POSITIVE_INFINITY,
): Promise<Map<number, Samples>> {
  const byId = new Map<number, Samples[]>(ids.map((id) => [id, []]));
  for (const part of await parts(reader, ids, window)) byId.get(part.id)?.push(come(part.samples, knownAt));
  return new Map([...byId].map(([id, list]) => [id, resolve(list, window)]));
}

/** Those that had come by `at`. */
function come(s: Samples, at: number): Samples {
  if (at === Number.POSITIVE_INFINITY || s.at.every((one) => one <= at)) return s;
  return pick(
    s,
    Uint32Array.from({ length: s.n }, (_, i) => i).filter((i) => (s.at[i] as number) <= at),
  );
}

export const resolve = (list: readonly Samples[], window: Window): Samples =>
  list.length === 0 ? noSamples() : between(newest(sorted(concat(list))), window.from, window.to);

interface TailLane {
  readonly lane: number;
  readonly seq: number;
}
interface Tail {
  readonly lanes: readonly TailLane[];
  readonly wanted: ReadonlySet<number>;
  readonly owners: ReadonlyMap<number, { instanceId: string; orgId: string }>;
  readonly seriesIds: ReadonlyMap<string, number>;
}
const seriesName = (instanceId: string, output: string, column: string, key: string) =>
  JSON.stringify([instanceId, output, column, key]);

/** The lanes that carry these ids, with the number up to which each is stored. */
async function tailLanes({ tx, orgId }: HistoryReader, ids: readonly number[]): Promise<Tail> {
  const cursor = sql<number>`coalesce(${historyCursor.seq}, 0)::float8`;
  const tags = await tx
    .selectDistinct({ lane: sql<number>`${tag.laneId}`, seq: cursor })
    .from(tag)
    .leftJoin(historyCursor, eq(historyCursor.laneId, tag.laneId))
    .where(and(eq(tag.orgId, orgId), inArray(tag.id, [...ids]), sql`${tag.laneId} is not null`));
  const computed = await tx
    .select({
      id: series.id,
      instanceId: series.instanceId,
      output: series.output,
      column: series.column,
      key: series.key,
      shardId: shard.id,
      lane: shard.outLane,
      seq: cursor,
    })
    .from(series)
    .innerJoin(shard, eq(shard.instanceId, series.instanceId))
    .leftJoin(historyCursor, eq(historyCursor.laneId, shard.outLane))
    .where(and(eq(series.orgId, orgId), inArray(series.id, [...ids])));
  const lanes = new Map<number, number>();
  for (const row of [...tags, ...computed]) lanes.set(row.lane, row.seq);
  return {
    lanes: [...lanes].map(([lane, seq]) => ({ lane, seq })),
    wanted: new Set(ids),
    owners: new Map(computed.map((c) => [c.shardId, { instanceId: c.instanceId, orgId }])),
    seriesIds: new Map(computed.map((c) => [seriesName(c.instanceId, c.output, c.column, c.key), c.id])),
  };
}

async function readTail(reader: HistoryReader, tail: Tail, facts: readonly ChunkFacts[]): Promise<Part[]> {
  const stored = new Map<string, number>();
  for (const f of facts) stored.set(`${f.id}/${f.lane}`, Math.max(stored.get(`${f.id}/${f.lane}`) ?? 0, f.seq));
  const buffers = new Map<string, { id: number; lane: number; buffer: SeriesBuffer }>();
  const ids = {
    owner: (shardId: number) => tail.owners.get(shardId),
    id: (owner: { instanceId: string }, output: string, column: string, key: string) =>
      tail.seriesIds.get(seriesName(owner.instanceId, output, column, key)),
  };
  let open = tail.lanes.map((l) => ({ ...l }));
  while (open.length > 0) {
    const rows = await reader.readLog(
      open.map((l) => l.lane),
      open.map((l) => l.seq),
      ROWS_A_PAGE,
    );
    const counts = new Map<number, number>();
    for (const row of rows) {
      const lane = open.find((l) => l.lane === row.lane);
      if (!lane || row.seq !== lane.seq + 1) continue;
      lane.seq = row.seq;
      counts.set(row.lane, (counts.get(row.lane) ?? 0) + 1);
      eachSample(row, reader.orgId, ids, (id, _orgId, time, value, quality, origin, other) => {
        if (!tail.wanted.has(id)) return;
        const name = `${id}/${row.lane}`;
        if (row.seq <= (stored.get(name) ?? 0)) return;
        let entry = buffers.get(name);
        if (!entry) {
          entry = { id, lane: row.lane, buffer: new SeriesBuffer() };
          buffers.set(name, entry);
        }
        entry.buffer.push(time, value, quality, origin, row.entry.at, row.seq, other);
      });
    }
    open = open.filter((l) => counts.get(l.lane) === ROWS_A_PAGE);
  }
  return [...buffers.values()].map(({ id, lane, buffer }) => ({ id, lane, samples: buffer.samples() }));
}
