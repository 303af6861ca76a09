/** What history costs to keep and to ask: bytes a sample of the demo plants, and answers over a hundred million samples. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { closeDuck } from '#runtime/historian/cold/duck.ts';
import { moveToCold } from '#runtime/historian/cold/move-to-cold.ts';
import { makeHours } from '#runtime/historian/hours.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import type { Samples } from '#runtime/historian/samples.ts';
import { chunksOf, storeChunks } from '#runtime/historian/store.ts';
import { readTrend } from '#runtime/historian/trend.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { backfill } from '#runtime/plants/backfill.ts';
import type { Figure } from '../figure.ts';

const ORG = 'bench';
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;
/** Four tags at this period are a hundred million samples a year. */
const TAGS = 4;
const PERIOD_MS = 1_260;
const DEMO_DAYS = 2;

export default {
  name: 'history',
  async run(): Promise<Figure[]> {
    return [...(await demoMix()), ...(await largeHistory())];
  },
};

/** Stores samples of a series as the historian leaves them once its chunks are merged. */
async function store(test: TestDatabase, tagId: number, lane: { id: number; seq: number }, samples: Samples): Promise<void> {
  const chunks = chunksOf(tagId, ORG, lane.id, samples);
  const to = lane.seq + 1;
  if (!(await storeChunks(test.sql, { id: lane.id, orgId: ORG, from: lane.seq, to }, chunks)))
    throw new Error('the cursor moved');
  lane.seq = to;
}

function samplesOf(time: readonly number[] | Float64Array, value: readonly number[] | Float64Array, firstSeq: number): Samples {
  const n = time.length;
  return {
    n,
    time: Float64Array.from(time),
    value: Float64Array.from(value),
    quality: new Uint8Array(n),
    origin: new Uint8Array(n).fill(1),
    // What a scan needs until it stands in the log.
    at: Float64Array.from(time, (t, i) => t + 20 + ((i * 7) % 13)),
    seq: Float64Array.from({ length: n }, (_, i) => firstSeq + i),
    other: new Map(),
  };
}

async function demoMix(): Promise<Figure[]> {
  await using test = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-'));
  try {
    const to = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    let tagId = 0;
    for (const plant of ['a', 'b'] as const) {
      const rows = new Map<string, { time: number[]; value: number[]; period: number }>();
      for (const { time, samples } of backfill(plant, to - DEMO_DAYS * DAY_MS, to, 1_000))
        for (const { tag, value } of samples) {
          const row = rows.get(tag.name) ?? { time: [], value: [], period: tag.samplePeriodMs };
          rows.set(tag.name, row);
          if (time % row.period < 1_000) {
            row.time.push(time);
            row.value.push(value);
          }
        }
      const lane = { id: plant === 'a' ? 1 : 2, seq: 0 };
      for (const { time, value } of rows.values()) await store(test, ++tagId, lane, samplesOf(time, value, 1));
    }
    const [hot] = await test.sql<{ samples: number; payload: number; disk: number }[]>`
      select sum(n)::float8 as samples, sum(length(data))::float8 as payload, pg_total_relation_size('chunk')::float8 as disk from chunk`;
    const moved = await moveToCold(test.sql, folder, { hotDays: 0, batchDays: 0, now: to + DAY_MS });
    const { samples = 1, payload = 0, disk = 0 } = hot ?? {};
    const conditions = `${tagId} numeric tags of both demo plants, ${DEMO_DAYS} days at their own periods, as their servers send them; time, arrival, number, quality and origin included`;
    const goal = { atMost: 4 };
    return [
      { name: 'history: bytes a sample, merged chunks', value: payload / samples, unit: 'By', conditions, goal },
      { name: 'history: bytes a sample, table with its index', value: disk / samples, unit: 'By', conditions, goal },
      { name: 'history: bytes a sample, Parquet', value: moved.bytes / moved.rows, unit: 'By', conditions, goal },
    ];
  } finally {
    await closeDuck();
    rmSync(folder, { recursive: true });
  }
}

async function largeHistory(): Promise<Figure[]> {
  await using test = await testDatabase();
  const end = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const begin = end - YEAR_DAYS * DAY_MS;
  const aDay = Math.floor(DAY_MS / PERIOD_MS);
  const perTag = aDay * YEAR_DAYS;
  for (let tag = 1; tag <= TAGS; tag++) {
    const lane = { id: tag, seq: 0 };
    for (let day = 0; day < YEAR_DAYS; day++) {
      const time = Float64Array.from({ length: aDay }, (_, i) => begin + day * DAY_MS + i * PERIOD_MS);
      // A drifting REAL with a daily cycle and some noise.
      const value = time.map((t, i) =>
        Math.fround(60 + 5 * Math.sin(t / 1.4e7) + 0.1 * (((i * 48_271 + day) % 65_537) / 65_537)),
      );
      await store(test, tag, lane, samplesOf(time, value, day * aDay + 1));
    }
  }
  const reader = await openLogReader(test.url);
  try {
    const ask: HistoryReader = { tx: test.db, orgId: ORG, readLog: reader.readAfter };
    const begun = performance.now();
    const days = await makeHours(test.sql, ask, undefined, end + DAY_MS);
    const hoursTook = (performance.now() - begun) / 1000;
    const conditions = `${((TAGS * perTag) / 1e6).toFixed(1)} M samples of ${TAGS} tags in the embedded database, one tag a question, answer drawn for 2,000 pixels`;
    const hour = await timed(200, (tag) => readTrend(ask, [tag], { from: end - 3_600_000, to: end }, 2_000));
    const month = await timed(20, (tag) => readTrend(ask, [tag], { from: end - 30 * DAY_MS, to: end }, 2_000));
    const year = await timed(60, (tag) => readTrend(ask, [tag], { from: begin, to: end }, 2_000));
    const [size] = await test.sql<{ bytes: number }[]>`select sum(octet_length(data))::float8 as bytes from rollup`;
    return [
      {
        name: 'history at 100 M: last hour, p95',
        value: hour,
        unit: 'ms',
        conditions: `${conditions}; 200 questions`,
        goal: { atMost: 200 },
      },
      { name: 'history at 100 M: last 30 days, p95', value: month, unit: 'ms', conditions: `${conditions}; 20 questions` },
      {
        name: 'history at 100 M: one year, p95',
        value: year,
        unit: 'ms',
        conditions: `${conditions}; 60 questions`,
        goal: { atMost: 1_000 },
      },
      {
        name: 'history: hours made from samples',
        value: (days * aDay) / hoursTook / 1e6,
        unit: 'M/s',
        conditions: `${days} days of series`,
      },
      {
        name: 'history: hours, bytes a sample',
        value: (size?.bytes ?? 0) / (TAGS * perTag),
        unit: 'By',
        conditions: 'beside the samples',
      },
    ];
  } finally {
    await reader.close();
  }
}

/** 95th percentile in ms over the tags in turn, after one round to warm up. */
async function timed(times: number, ask: (tag: number) => Promise<unknown>): Promise<number> {
  for (let tag = 1; tag <= TAGS; tag++) await ask(tag);
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    await ask(1 + (i % TAGS));
    took.push(performance.now() - begun);
  }
  return took.sort((a, b) => a - b)[Math.ceil(0.95 * times) - 1] ?? 0;
}
