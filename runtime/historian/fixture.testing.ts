import { asset, lane, tag } from '#drizzle/schema/index.ts';
import type { TestDatabase } from '#drizzle/seed/test-database.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import type { LogReader } from '#runtime/log/reader.ts';
import { consume } from './consume.ts';

export const ORG = 'org-a';
export const T0 = Date.UTC(2026, 0, 5, 6);

/** Tags of one new asset on a scan lane of their own. */
export async function makeTags(test: TestDatabase, count: number, orgId = ORG) {
  const one = <T>(rows: T[]) => rows[0] as T;
  const code = `A${Math.random()}`;
  const place = one(
    await test.db
      .insert(asset)
      .values({ orgId, level: 'asset', code, name: { en: code, zh: code } })
      .returning(),
  );
  const group = one(await test.db.insert(lane).values({ orgId, kind: 'scan' }).returning());
  const tags = await test.db
    .insert(tag)
    .values(Array.from({ length: count }, (_, i) => ({ orgId, assetId: place.id, name: `${code}.${i}`, laneId: group.id })))
    .returning();
  return { lane: group.id, tags: tags.map((t) => t.id), assetId: place.id };
}

/** One sample of each tag at one time. */
export const entry = (
  tags: readonly number[],
  time: number,
  value: (i: number) => number,
  more: Partial<SamplesEntry> = {},
): SamplesEntry => ({
  kind: 'samples',
  at: time + 7,
  origin: 'measured',
  n: tags.length,
  tag: Int32Array.from(tags),
  time: new Float64Array(tags.length).fill(time),
  value: Float64Array.from(tags, (_, i) => value(i)),
  ...more,
});

/** One tag's samples at these times, as one entry. */
export const run = (tag: number, times: readonly number[], value: (time: number) => number): SamplesEntry => ({
  kind: 'samples',
  at: (times.at(-1) ?? 0) + 7,
  origin: 'measured',
  n: times.length,
  tag: new Int32Array(times.length).fill(tag),
  time: Float64Array.from(times),
  value: Float64Array.from(times, value),
});

/** Runs the consumer until it has stored every lane to its end. */
export async function settle(
  test: Pick<TestDatabase, 'sql'>,
  reader: LogReader,
  options: { flushRows?: number } = {},
): Promise<void> {
  const stop = new AbortController();
  await consume({
    sql: test.sql,
    read: reader.readAfter,
    // Everything was read: time to stop, which stores the rest.
    wait: async () => stop.abort(),
    signal: stop.signal,
    ...options,
  });
}
