import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import type { Sql } from 'postgres';
import type { Tx } from '#drizzle/client.ts';
import { rollup as table } from '#drizzle/schema/history.ts';
import { ByteReader, ByteWriter, decodeNumbers, encodeNumbers } from './numbers.ts';
import { type HistoryReader, readSamples } from './query.ts';
import { type Rollup, rollUp } from './rollup.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** u8 form, u32 hours, u32 length of the body, zstd of the columns as `numbers.ts` writes them. */
const FORM = 1;
const COLUMNS = [
  'start',
  'n',
  'count',
  'min',
  'minAt',
  'max',
  'maxAt',
  'sum',
  'first',
  'firstAt',
  'last',
  'lastAt',
  'worst',
  'worstAt',
] as const satisfies readonly (keyof Rollup)[];
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

export function encodeHours(hours: readonly Rollup[]): Uint8Array {
  const body = new ByteWriter();
  for (const name of COLUMNS)
    encodeNumbers(
      body,
      Float64Array.from(hours, (hour) => hour[name]),
    );
  const raw = body.done();
  const out = new ByteWriter();
  out.u8(FORM);
  out.u32(hours.length);
  out.u32(raw.length);
  out.bytes(zstdCompressSync(raw, ZSTD));
  return out.done();
}

export function decodeHours(bytes: Uint8Array): Rollup[] {
  const head = new ByteReader(bytes);
  const form = head.u8();
  if (form !== FORM) throw new RangeError(`unknown form ${form} of hours; this version reads ${FORM}`);
  const n = head.u32();
  const length = head.u32();
  const body = new ByteReader(zstdDecompressSync(head.take(bytes.length - head.at), { maxOutputLength: Math.max(length, 1) }));
  const columns = COLUMNS.map((name) => [name, decodeNumbers(body, n)] as const);
  return Array.from(
    { length: n },
    (_, i) => Object.fromEntries(columns.map(([name, column]) => [name, column[i] as number])) as unknown as Rollup,
  );
}

/** Series whose samples are read together. */
const TOGETHER = 20;
/** A day is over for its hours some time after midnight: what comes late all the same has them made again. */
const LATE_MS = 2 * HOUR_MS;
/** Says that a row is being worked on: new samples of the day set it back to null, and what was made is not taken. */
const CLAIM = Buffer.alloc(0);

/** Makes the hours of days that are over and have none yet. Gives how many days of series. */
export async function makeHours(
  pg: Sql,
  reader: Omit<HistoryReader, 'orgId'>,
  signal?: AbortSignal,
  now = Date.now(),
): Promise<number> {
  // Claims of a run that was killed.
  await pg`update rollup set data = null where data = ${CLAIM}`;
  const today = Math.floor((now - LATE_MS) / DAY_MS);
  let made = 0;
  while (!signal?.aborted) {
    const [next] = await pg<{ orgId: string; day: number }[]>`
      select org_id as "orgId", day from rollup where data is null and day < ${today} order by day, org_id limit 1`;
    if (!next) break;
    const claimed = await pg<{ tagId: number }[]>`
      update rollup set data = ${CLAIM} where (tag_id, day) in (
        select tag_id, day from rollup where data is null and day = ${next.day} and org_id = ${next.orgId} order by tag_id limit ${TOGETHER})
      returning tag_id as "tagId"`;
    const ids = claimed.map((row) => row.tagId);
    const window = { from: next.day * DAY_MS, to: (next.day + 1) * DAY_MS };
    const read = await readSamples({ ...reader, orgId: next.orgId }, ids, window);
    const starts = Array.from({ length: 24 }, (_, hour) => window.from + hour * HOUR_MS);
    for (const id of ids) {
      const samples = read.get(id);
      const hours = encodeHours(samples ? rollUp(samples, starts, window.to) : []);
      await pg`update rollup set data = ${Buffer.from(hours)} where tag_id = ${id} and day = ${next.day} and data = ${CLAIM}`;
    }
    made += ids.length;
  }
  return made;
}

/** Stored hours of these series for the whole UTC days that lie in the window, by series and day. Days that are not made are left out. */
export async function readHours(
  { tx, orgId }: { readonly tx: Tx; readonly orgId: string },
  ids: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Map<number, Map<number, Rollup[]>>> {
  const found = new Map<number, Map<number, Rollup[]>>(ids.map((id) => [id, new Map()]));
  if (ids.length === 0) return found;
  const rows = await tx
    .select({ id: table.tagId, day: table.day, data: table.data })
    .from(table)
    .where(
      and(
        eq(table.orgId, orgId),
        inArray(table.tagId, [...ids]),
        gte(table.day, Math.ceil(from / DAY_MS)),
        lt(table.day, Math.floor(to / DAY_MS)),
        sql`${table.data} is not null`,
      ),
    );
  for (const { id, day, data } of rows) if (data && data.length > 0) found.get(id)?.set(day, decodeHours(data));
  return found;
}
