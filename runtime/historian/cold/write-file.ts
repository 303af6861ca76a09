import { mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ORIGINS } from '#runtime/batch/schema.ts';
import type { Samples } from '../samples.ts';
import { quoted, withDuck } from './duck.ts';

/** The samples of one chunk, as a part of a file. */
export interface ColdPart {
  readonly tag: number;
  readonly lane: number;
  readonly samples: Samples;
}

/** A day of one tag at one a second: a question for one tag reads little that is not its own. */
const ROW_GROUP = 61_440;
const VECTOR = 2_048;

/**
 * Writes parts as a Parquet file, one row a sample: part, tag, time, value, quality, origin, arrived, lane, seq, other (JSON of what is no
 * number). Times are timestamps in UTC to the microsecond; where a float64 says more, `time_exact` and `arrived_exact` have it. Whole or
 * not at all.
 */
export async function writeColdFile(path: string, parts: readonly ColdPart[]): Promise<{ rows: number; bytes: number }> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.part`;
  try {
    const rows = await withDuck(async (duck) => {
      await duck.run(`create or replace temp table cold (part integer, tag integer, us double, time_exact double, value double,
        quality utinyint, origin utinyint, arrived_us double, arrived_exact double, lane integer, seq double, other varchar)`);
      try {
        const count = await append(duck, parts);
        const origin = ORIGINS.map((name, code) => `when ${code} then ${quoted(name)}`).join(' ');
        const orNull = (column: string) => `case when isnan(${column}) then null else ${column} end as ${column}`;
        await duck.run(`copy (select part, tag, make_timestamp(us::bigint) as time, ${orNull('time_exact')}, ${orNull('value')}, quality,
            case origin ${origin} end as origin, make_timestamp(arrived_us::bigint) as arrived, ${orNull('arrived_exact')}, lane,
            seq::bigint as seq, nullif(other, '') as other from cold)
          to ${quoted(temporary)} (format parquet, compression zstd, parquet_version v2, row_group_size ${ROW_GROUP})`);
        return count;
      } finally {
        await duck.run('drop table cold');
      }
    });
    await flushed(temporary);
    await rename(temporary, path);
    await flushed(dirname(path));
    return { rows, bytes: (await stat(path)).size };
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function flushed(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function append(duck: DuckDBConnection, parts: readonly ColdPart[]): Promise<number> {
  const { DuckDBDataChunk, DOUBLE, INTEGER, UTINYINT, VARCHAR } = await import('@duckdb/node-api');
  const types = [INTEGER, INTEGER, DOUBLE, DOUBLE, DOUBLE, UTINYINT, UTINYINT, DOUBLE, DOUBLE, INTEGER, DOUBLE, VARCHAR];
  const appender = await duck.createAppender('cold');
  let rows = 0;
  try {
    for (const [number, { tag, lane, samples }] of parts.entries())
      for (let from = 0; from < samples.n; from += VECTOR) {
        const n = Math.min(VECTOR, samples.n - from);
        const at = (i: number) => from + i;
        const column = <T>(value: (row: number) => T): T[] => Array.from({ length: n }, (_, i) => value(at(i)));
        const time = column((row) => samples.time[row] as number);
        const arrived = column((row) => samples.at[row] as number);
        const chunk = DuckDBDataChunk.create(types, n);
        chunk.setColumns([
          column(() => number),
          column(() => tag),
          time.map(micros),
          time.map(exact),
          column((row) => samples.value[row] as number),
          column((row) => samples.quality[row] as number),
          column((row) => samples.origin[row] as number),
          arrived.map(micros),
          arrived.map(exact),
          column(() => lane),
          column((row) => samples.seq[row] as number),
          column((row) => {
            const other = samples.other.get(row);
            return other ? JSON.stringify(other) : '';
          }),
        ]);
        appender.appendDataChunk(chunk);
        rows += n;
      }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
  return rows;
}

/** What a Date can say; a time beyond stands in `time_exact` alone. */
const LIMIT_MS = 8.64e15;
const micros = (ms: number): number => (Math.abs(ms) <= LIMIT_MS ? Math.round(ms * 1000) : 0);
/** NaN where the microseconds say it all. */
const exact = (ms: number): number => (Object.is(micros(ms) / 1000, ms) ? Number.NaN : ms);
