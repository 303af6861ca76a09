import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lane, series } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { quality } from '#runtime/batch/quality.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { type LogReader, openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { closeDuck } from './cold/duck.ts';
import { moveToCold } from './cold/move-to-cold.ts';
import { readEvents } from './events.ts';
import { entry, makeTags, ORG, run, settle, T0 } from './fixture.testing.ts';
import { DAY_MS, HOUR_MS, makeHours, readHours } from './hours.ts';
import { type HistoryReader, readSamples } from './query.ts';
import { applyRetention } from './retention.ts';
import type { Samples } from './samples.ts';
import { chunksOf, storeChunks } from './store.ts';
import { readTrend } from './trend.ts';

const DAY0 = Math.floor(T0 / DAY_MS);
const MIDNIGHT = DAY0 * DAY_MS;
let test: TestDatabase;
let reader: LogReader;
let folder: string;
const ask = (): HistoryReader => ({ tx: test.db, orgId: ORG, readLog: reader.readAfter, dataFolder: folder });
const hoursMade = (now = MIDNIGHT + 40 * DAY_MS) => makeHours(test.sql, ask(), undefined, now);

beforeAll(async () => {
  test = await testDatabase();
  reader = await openLogReader(test.url);
  folder = mkdtempSync(join(tmpdir(), 'mw-kept-'));
});
beforeEach(async () => {
  await test.sql`truncate chunk, rollup, retention, latest, cold_file, event, blob_use cascade`;
});
afterAll(async () => {
  await closeDuck();
  await reader.close();
  await test.close();
  rmSync(folder, { recursive: true });
});

/** Appends one tag's values every `stepMs` from `from` until before `to`, in entries of a quarter of an hour, and stores them. */
async function fill(from: number, to: number, stepMs: number, value: (time: number) => number) {
  const { lane: group, tags } = await makeTags(test, 1);
  const id = tags[0] as number;
  const writer = await openScanWriter(test.url, [group]);
  const append = async (start: number, end: number, of: (time: number) => number) => {
    const entries = [];
    for (let t = start; t < end; t += 900_000) {
      const times = Array.from({ length: Math.ceil((Math.min(t + 900_000, end) - t) / stepMs) }, (_, i) => t + i * stepMs);
      entries.push({ lane: group, entry: run(id, times, of) });
    }
    for (let i = 0; i < entries.length; i += 100) await writer.append(entries.slice(i, i + 100));
  };
  await append(from, to, value);
  await settle(test, reader);
  return { id, group, writer, append };
}

describe('hours', () => {
  it('of a ramp have its closed form, are made once the day is over, and again when something comes late', async () => {
    // One sample a minute, value = minutes since midnight.
    const { id, group, writer } = await fill(MIDNIGHT, MIDNIGHT + DAY_MS, 60_000, (t) => (t - MIDNIGHT) / 60_000);
    expect(await hoursMade(MIDNIGHT + DAY_MS + HOUR_MS)).toBe(0);
    expect(await hoursMade()).toBe(1);
    const window = { from: MIDNIGHT, to: MIDNIGHT + DAY_MS };
    const read = async () => (await readHours({ tx: test.db, orgId: ORG }, [id], window)).get(id)?.get(DAY0) ?? [];
    const hours = await read();
    expect(hours).toHaveLength(24);
    for (const [h, hour] of hours.entries())
      expect(hour).toEqual({
        start: MIDNIGHT + h * HOUR_MS,
        n: 60,
        count: 60,
        min: 60 * h,
        minAt: MIDNIGHT + h * HOUR_MS,
        max: 60 * h + 59,
        maxAt: MIDNIGHT + h * HOUR_MS + 59 * 60_000,
        // Sum of an arithmetic progression.
        sum: 60 * 60 * h + (59 * 60) / 2,
        first: 60 * h,
        firstAt: MIDNIGHT + h * HOUR_MS,
        last: 60 * h + 59,
        lastAt: MIDNIGHT + h * HOUR_MS + 59 * 60_000,
        worst: 0,
        worstAt: MIDNIGHT + h * HOUR_MS,
      });
    expect(await readHours({ tx: test.db, orgId: 'org-b' }, [id], window)).toEqual(new Map([[id, new Map()]]));

    // Late by five days: a correction of minute 90 and a bad value in hour 3.
    const late = { at: MIDNIGHT + 6 * DAY_MS };
    const bad = { ...late, quality: Uint8Array.of(quality('bad', 'link')) };
    await writer.append([{ lane: group, entry: entry([id], MIDNIGHT + 90 * 60_000, () => 1000, late) }]);
    await writer.append([{ lane: group, entry: entry([id], MIDNIGHT + 200 * 60_000, () => 5000, bad) }]);
    await settle(test, reader);
    expect(await read()).toEqual([]);
    expect(await hoursMade()).toBe(1);
    const again = await read();
    expect(again[1]).toMatchObject({ n: 60, max: 1000, maxAt: MIDNIGHT + 90 * 60_000, sum: 3600 + 1770 - 90 + 1000 });
    expect(again[3]).toMatchObject({
      n: 60,
      count: 59,
      max: 239,
      worst: quality('bad', 'link'),
      worstAt: MIDNIGHT + 200 * 60_000,
    });
    await writer.close();
  });

  it('samples that are stored while hours are being made are not forgotten', async () => {
    const { id, group, writer } = await fill(MIDNIGHT, MIDNIGHT + HOUR_MS, 60_000, () => 1);
    const slow: HistoryReader['readLog'] = async (...args) => {
      // The end of the log is read while the hours are made: then comes a late sample, and is stored.
      if (!late) {
        late = true;
        await writer.append([{ lane: group, entry: entry([id], MIDNIGHT + 30_000, () => 99, { at: MIDNIGHT + DAY_MS }) }]);
        const rows = await reader.readAfter(...args);
        await settle(test, reader);
        return rows.filter((row) => row.entry.at < MIDNIGHT + DAY_MS);
      }
      return reader.readAfter(...args);
    };
    let late = false;
    await makeHours(test.sql, { ...ask(), readLog: slow }, undefined, MIDNIGHT + 3 * DAY_MS);
    const hours = await readHours({ tx: test.db, orgId: ORG }, [id], { from: MIDNIGHT, to: MIDNIGHT + DAY_MS });
    expect(hours.get(id)?.get(DAY0)?.[0]).toMatchObject({ n: 61, max: 99 });
    await writer.close();
  });

  it('draw a long trend: no hour’s peak or bad value is missing, and what is not stored yet is seen', async () => {
    const peak = MIDNIGHT + 5.3 * DAY_MS;
    const days = 20;
    const value = (t: number) => Math.sin(t / 7e7) + (Math.abs(t - peak) < 60_000 ? 100 : 0);
    const { id, group, writer } = await fill(MIDNIGHT, MIDNIGHT + days * DAY_MS, 120_000, value);
    await writer.append([
      { lane: group, entry: entry([id], MIDNIGHT + 9.2 * DAY_MS, () => 7, { quality: Uint8Array.of(0x87) }) },
    ]);
    await settle(test, reader);
    const window = { from: MIDNIGHT, to: MIDNIGHT + days * DAY_MS };
    const before = (await readTrend(ask(), [id], window, 100)).get(id);
    expect(await hoursMade()).toBe(days);
    const data = await test.sql`update chunk set data = '\\x' where tag_id = ${id} and t0 > ${MIDNIGHT} returning data`;
    expect(data.length).toBeGreaterThan(20);
    // Not one of those chunks is opened.
    const after = (await readTrend(ask(), [id], window, 100)).get(id);
    expect(after?.x.length).toBeLessThanOrEqual(600);
    const extremes = (p: typeof before) => [Math.min(...numbers(p)), Math.max(...numbers(p))];
    expect(extremes(after)).toEqual(extremes(before));
    expect(Math.max(...numbers(after))).toBeGreaterThan(99);
    expect(after?.quality.includes(0x87)).toBe(true);
    // A correction that is only in the log: its day is drawn from samples again, which are gone here.
    await writer.append([
      { lane: group, entry: entry([id], MIDNIGHT + 3.5 * DAY_MS, () => -500, { at: MIDNIGHT + 30 * DAY_MS }) },
    ]);
    await expect(readTrend(ask(), [id], window, 100)).rejects.toThrow();
    await writer.close();
  });
});
const numbers = (p: { y: Float64Array } | undefined) => Array.from(p?.y ?? []).filter((y) => !Number.isNaN(y));

describe('retention', () => {
  it('samples go by the rule of their tag, after their hours are made; the hours stay, also when more comes late', async () => {
    const kept = await fill(MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 300_000, () => 1);
    const gone = await fill(MIDNIGHT, MIDNIGHT + 2 * DAY_MS, 300_000, (t) => t - MIDNIGHT);
    // a tag's rule goes before the organization's, that before the platform's
    await test.sql`insert into retention_default (org_id, sample_days) values (${ORG}, 1)`;
    await test.sql`insert into retention (tag_id, org_id, sample_days) values (${kept.id}, ${ORG}, 0)`;
    const now = MIDNIGHT + 30 * DAY_MS;
    const retain = () => applyRetention(test.sql, { sampleDays: 0, frameHours: 6, now });
    expect((await retain()).chunks).toBe(0);
    await hoursMade(now);
    expect((await retain()).chunks).toBeGreaterThan(0);
    const window = { from: MIDNIGHT, to: MIDNIGHT + 2 * DAY_MS };
    const read = await readSamples(ask(), [kept.id, gone.id], window);
    expect([read.get(kept.id)?.n, read.get(gone.id)?.n]).toEqual([576, 0]);
    const trend = async () => (await readTrend(ask(), [gone.id], window, 48)).get(gone.id);
    expect(Math.max(...numbers(await trend()))).toBe(2 * DAY_MS - 300_000);
    await gone.writer.append([{ lane: gone.group, entry: entry([gone.id], MIDNIGHT + 1, () => 3, { at: now }) }]);
    await settle(test, reader);
    expect(Math.max(...numbers(await trend()))).toBe(2 * DAY_MS - 300_000);
    await Promise.all([kept.writer.close(), gone.writer.close()]);
    await test.sql`delete from retention_default`;
  });

  it('frames: each for some hours, then the first of each ten minutes, after a month the first of each hour', async () => {
    const [out] = await test.db.insert(lane).values({ orgId: ORG, kind: 'output' }).returning();
    await test.sql`alter table series disable trigger all`;
    const [spectrum] = await test.db
      .insert(series)
      .values({ orgId: ORG, instanceId: crypto.randomUUID(), output: 's', column: '*', key: 'K', type: 'frame' })
      .returning();
    const [id, laneId] = [spectrum?.id ?? 0, out?.id ?? 0];
    const frames = (from: number, n: number, stepMs: number): Samples => ({
      n,
      time: Float64Array.from({ length: n }, (_, i) => from + i * stepMs),
      value: new Float64Array(n).fill(Number.NaN),
      quality: new Uint8Array(n),
      origin: new Uint8Array(n),
      at: Float64Array.from({ length: n }, (_, i) => from + i * stepMs),
      seq: Float64Array.from({ length: n }, (_, i) => from - MIDNIGHT + i + 1),
      other: new Map(Array.from({ length: n }, (_, i) => [i, { frame: { amplitude: Float64Array.of(from + i * stepMs) } }])),
    });
    // Flushed every two minutes, a frame each ten seconds, for two hours.
    let seq = 0;
    for (let m = 0; m < 120; m += 2) {
      const s = frames(MIDNIGHT + m * 60_000, 12, 10_000);
      const chunks = chunksOf(id, ORG, laneId, s).map((c) => ({ ...c, seq: seq + 1 }));
      await storeChunks(test.sql, { id: laneId, orgId: ORG, from: seq, to: ++seq }, chunks);
    }
    const at = async () => {
      const read = (await readSamples(ask(), [id], { from: MIDNIGHT, to: MIDNIGHT + DAY_MS })).get(id);
      for (const [row, other] of read?.other ?? [])
        expect('frame' in other && other.frame.amplitude).toEqual(Float64Array.of(read?.time[row] as number));
      return Array.from(read?.time ?? [], (t) => (t - MIDNIGHT) / 60_000);
    };
    const retain = (hours: number) => applyRetention(test.sql, { sampleDays: 0, frameHours: 6, now: MIDNIGHT + hours * HOUR_MS });
    expect((await retain(5)).frames).toBe(0);
    expect(await at()).toHaveLength(720);
    expect((await retain(24)).frames).toBe(720 - 12);
    expect(await at()).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
    expect((await retain(25)).frames).toBe(0);
    expect((await retain(32 * 24)).frames).toBe(10);
    expect(await at()).toEqual([0, 60]);
  });

  it('what was kept of a deleted tag goes with it', async () => {
    const { id, writer } = await fill(MIDNIGHT, MIDNIGHT + HOUR_MS, 60_000, () => 1);
    await writer.close();
    await test.sql`delete from tag where id = ${id}`;
    expect((await applyRetention(test.sql, { sampleDays: 0, frameHours: 6 })).series).toBe(1);
    for (const table of ['chunk', 'rollup', 'latest'])
      expect(await test.sql`select from ${test.sql(table)} where tag_id = ${id}`).toHaveLength(0);
  });
});

describe('old samples move to Parquet', () => {
  it('and are read together with what is hot, to the last bit; late samples stay new versions', async () => {
    const { id, group, writer } = await fill(MIDNIGHT, MIDNIGHT + 3 * DAY_MS, 60_000, (t) => Math.sin(t));
    await writer.append([{ lane: group, entry: entry([id], MIDNIGHT + 120_000, () => 42, { at: MIDNIGHT + 2 * DAY_MS }) }]);
    await settle(test, reader);
    const window = { from: MIDNIGHT, to: MIDNIGHT + 4 * DAY_MS };
    const before = (await readSamples(ask(), [id], window)).get(id);
    expect(before?.n).toBe(3 * 1440);
    const now = MIDNIGHT + 32 * DAY_MS;
    const move = () => moveToCold(test.sql, folder, { hotDays: 30, batchDays: 0, now });
    const moved = await move();
    expect(moved).toMatchObject({ files: 1 });
    expect(moved.rows).toBeGreaterThan(1440);
    const [left] = await test.sql<{ hot: number; cold: number }[]>`
      select count(data)::int as hot, count(cold_file_id)::int as cold from chunk where tag_id = ${id}`;
    expect(left?.cold).toBeGreaterThan(0);
    expect(left?.hot).toBeGreaterThan(0);
    expect((await readSamples(ask(), [id], window)).get(id)).toEqual(before);
    // Corrected after its day has moved: the newest version wins, the old one is still there.
    await writer.append([{ lane: group, entry: entry([id], MIDNIGHT + 180_000, () => 43, { at: now }) }]);
    await settle(test, reader);
    const after = (await readSamples(ask(), [id], window)).get(id);
    expect([after?.value[2], after?.value[3], after?.n]).toEqual([42, 43, before?.n]);
    // And what was known before it came is read from the file as well.
    expect((await readSamples(ask(), [id], window, now - 1)).get(id)).toEqual(before);
    // Hours are made from files as well.
    await hoursMade(now);
    const hours = (await readHours({ tx: test.db, orgId: ORG }, [id], { from: MIDNIGHT, to: MIDNIGHT + DAY_MS })).get(id);
    expect(hours?.get(DAY0)?.[0]).toMatchObject({ n: 60, max: 43 });
    await writer.close();
  });

  it('a file that no chunk needs goes; one that a crash left goes, too', async () => {
    const { id, writer } = await fill(MIDNIGHT, MIDNIGHT + DAY_MS, 60_000, () => 1);
    await writer.close();
    const move = () => moveToCold(test.sql, folder, { hotDays: 1, batchDays: 0, now: MIDNIGHT + 9 * DAY_MS });
    await move();
    const files = () => readdirSync(join(folder, 'history', ORG));
    const [name] = files();
    expect(files()).toHaveLength(1);
    writeFileSync(join(folder, 'history', ORG, '99999999.parquet'), 'left by a crash');
    await move();
    expect(files()).toEqual([name]);
    await test.sql`delete from chunk where tag_id = ${id}`;
    await move();
    expect(files()).toEqual([]);
  });

  it('where no file can be written, samples stay in the database', async () => {
    const { id, writer } = await fill(MIDNIGHT, MIDNIGHT + DAY_MS, 60_000, () => 1);
    await writer.close();
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    await expect(moveToCold(test.sql, blocked, { hotDays: 1, batchDays: 0, now: MIDNIGHT + 9 * DAY_MS })).rejects.toThrow(
      /ENOTDIR/,
    );
    expect(existsSync(join(blocked, 'history'))).toBe(false);
    expect((await readSamples(ask(), [id], { from: MIDNIGHT, to: MIDNIGHT + DAY_MS })).get(id)?.n).toBe(1440);
  });
});

describe('defined, whatever comes', () => {
  it('NaN is bad, a duplicate is one sample, late by a day finds its place', async () => {
    const { lane: group, tags } = await makeTags(test, 1);
    const id = tags[0] as number;
    const writer = await openScanWriter(test.url, [group]);
    await writer.append([
      { lane: group, entry: entry([id], T0 + DAY_MS, () => 5) },
      { lane: group, entry: entry([id], T0 + DAY_MS, () => 5) },
      { lane: group, entry: entry([id], T0 + DAY_MS + 1000, () => Number.NaN) },
      { lane: group, entry: entry([id], T0, () => 4, { at: T0 + DAY_MS + 1500 }) },
    ]);
    const read = async () => (await readSamples(ask(), [id], { from: T0, to: T0 + 2 * DAY_MS })).get(id);
    const inLog = await read();
    await settle(test, reader);
    expect(await read()).toEqual(inLog);
    expect(Array.from(inLog?.time ?? [], (t) => t - T0)).toEqual([0, DAY_MS, DAY_MS + 1000]);
    expect(Array.from(inLog?.value ?? [])).toEqual([4, 5, Number.NaN]);
    expect(Array.from(inLog?.quality ?? [])).toEqual([0, 0, quality('bad', 'missing')]);
    const [newest] = await test.sql`select time, quality from latest where tag_id = ${id}`;
    expect(newest).toEqual({ time: T0 + DAY_MS + 1000, quality: quality('bad', 'missing') });
    await writer.close();
  });

  it('events of the control lane are kept, without ticks and for their organization; blobs that samples name are noted', async () => {
    await test.sql`insert into lane (org_id, kind) values ('org-e', 'control'), ('org-f', 'control')`;
    const from = Date.now() - 60_000;
    await test.db.transaction(async (tx) => {
      await appendControl(tx, 'org-e', { type: 'tick', shardId: 1, due: 5 });
      await appendControl(tx, 'org-e', {
        type: 'form',
        instanceId: 'i1',
        form: 'f',
        key: 'k',
        values: { note: 'a\u0000b' },
        by: 'me',
      });
      await appendControl(tx, 'org-e', { type: 'alarm', alarmId: 'a1', action: 'acknowledge', by: 'me' });
      await appendControl(tx, 'org-f', { type: 'alarm', alarmId: 'a2', action: 'shelve', by: 'you' });
    });
    const { lane: group, tags } = await makeTags(test, 2);
    const writer = await openScanWriter(test.url, [group]);
    const wave = { t0: T0, rate: 48_000, n: 48_000, blob: 'cd'.repeat(32) };
    await writer.append([
      { lane: group, entry: entry(tags, T0, () => Number.NaN, { other: { 0: { text: 'on' }, 1: { wave } } }) },
    ]);
    await writer.close();
    await settle(test, reader);
    const query = { from, to: Date.now() + 60_000, limit: 10 };
    const all = await readEvents(test.db, 'org-e', query);
    expect(all.map(({ type, subject }) => [type, subject])).toEqual([
      ['form', 'i1'],
      ['alarm', 'a1'],
    ]);
    expect(all[0]?.event).toMatchObject({ values: { note: 'a\ufffdb' }, by: 'me' });
    expect((await readEvents(test.db, 'org-e', { ...query, types: ['alarm'] })).map((e) => e.subject)).toEqual(['a1']);
    const [first] = all;
    expect((await readEvents(test.db, 'org-e', { ...query, after: first })).map((e) => e.subject)).toEqual(['a1']);
    expect(await test.sql`select hash, tag_id, kind, at from blob_use where lane_id = ${group}`).toEqual([
      { hash: wave.blob, tag_id: tags[1], kind: 'wave', at: T0 + 7 },
    ]);
  });
});
