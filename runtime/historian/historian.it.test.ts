import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app, appVersion, historyCursor, installation, instance, lane, latest, series, shard } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import type { OutputsEntry, SamplesEntry } from '#runtime/log/contract.ts';
import { type LogReader, openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { readAligned } from './aligned.ts';
import { CursorMoved, consume } from './consume.ts';
import { entry, makeTags as makeTagsIn, ORG, settle as settleIn, T0 } from './fixture.testing.ts';
import { type HistoryReader, readSamples } from './query.ts';
import { readTrend } from './trend.ts';

let test: TestDatabase;
let reader: LogReader;
const ask = (orgId = ORG): HistoryReader => ({ tx: test.db, orgId, readLog: reader.readAfter });
const makeTags = (count: number) => makeTagsIn(test, count);
const settle = (options: { flushRows?: number } = {}) => settleIn(test, reader, options);

beforeAll(async () => {
  test = await testDatabase();
  reader = await openLogReader(test.url);
});
afterAll(async () => {
  await reader.close();
  await test.close();
});

describe('what the log holds comes back exactly', () => {
  it('from chunks, and from the log before it is stored', async () => {
    const { lane: group, tags } = await makeTags(3);
    const writer = await openScanWriter(test.url, [group]);
    const value = (t: number) => (i: number) => Math.round(1000 * Math.sin(t / 20 + i)) / 10;
    for (let t = 0; t < 250; t++) await writer.append([{ lane: group, entry: entry(tags, T0 + t * 1000, value(t)) }]);
    const window = { from: T0 + 10_000, to: T0 + 240_000 };
    const before = await readSamples(ask(), tags, window);
    await settle({ flushRows: 60 });
    for (let t = 250; t < 260; t++) await writer.append([{ lane: group, entry: entry(tags, T0 + t * 1000, value(t)) }]);
    const after = await readSamples(ask(), tags, window);
    const whole = await readSamples(ask(), tags, { from: T0, to: T0 + 1e6 });
    await writer.close();
    tags.forEach((id, i) => {
      expect(before.get(id)).toEqual(after.get(id));
      expect(Array.from(after.get(id)?.value ?? [])).toEqual(Array.from({ length: 230 }, (_, t) => value(t + 10)(i)));
      expect(whole.get(id)?.n).toBe(260);
    });
    const chunks = await test.sql`select n from chunk where tag_id = ${tags[0] ?? 0} order by t0`;
    expect(chunks.map((c) => c.n)).toEqual([64, 64, 64, 58]);
    const [newest] = await test.sql`select time, value, quality from latest where tag_id = ${tags[1] ?? 0}`;
    expect(newest).toMatchObject({ time: T0 + 249_000, value: value(249)(1), quality: 0 });
  });

  it('a correction is a new version: the newest is read, every one is kept', async () => {
    const { lane: group, tags } = await makeTags(1);
    const id = tags[0] as number;
    const writer = await openScanWriter(test.url, [group]);
    for (let t = 0; t < 10; t++) await writer.append([{ lane: group, entry: entry(tags, T0 + t * 1000, () => t) }]);
    await settle();
    // Late by a day, after its neighbours were stored; with a quality and an origin of its own.
    const late = { at: T0 + 86_400_000, origin: 'manual' as const, quality: Uint8Array.of(0x48) };
    await writer.append([{ lane: group, entry: entry(tags, T0 + 4000, () => 40, late) }]);
    const unstored = await readSamples(ask(), tags, { from: T0, to: T0 + 10_000 });
    await settle();
    const stored = await readSamples(ask(), tags, { from: T0, to: T0 + 10_000 });
    expect(stored).toEqual(unstored);
    expect(Array.from(stored.get(id)?.value ?? [])).toEqual([0, 1, 2, 3, 40, 5, 6, 7, 8, 9]);
    expect(stored.get(id)?.quality[4]).toBe(0x48);
    const all: number[] = [];
    for await (const rows of readAligned(ask(), tags, { from: T0, to: T0 + 10_000 }, 'arrived')) all.push(...rows.value);
    expect(all).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 40]);
    // What was known before and after the correction came, and while the first of them came.
    const window = { from: T0, to: T0 + 10_000 };
    const known = async (at: number) => Array.from((await readSamples(ask(), tags, window, at)).get(id)?.value ?? []);
    expect(await known(T0 + 86_400_000 - 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await known(T0 + 86_400_000)).toEqual([0, 1, 2, 3, 40, 5, 6, 7, 8, 9]);
    expect((await known(T0 + 3_500)).length).toBeLessThan(10);
    expect(await known(T0 - 1)).toEqual([]);
    await writer.close();
  });

  it('text and waveform references', async () => {
    const { lane: group, tags } = await makeTags(2);
    const wave = { t0: T0, rate: 48_000, n: 48_000, blob: 'cd'.repeat(32) };
    const writer = await openScanWriter(test.url, [group]);
    await writer.append([
      { lane: group, entry: entry(tags, T0, () => Number.NaN, { other: { 0: { text: '运行' }, 1: { wave } } }) },
    ]);
    await writer.close();
    await settle();
    const read = await readSamples(ask(), tags, { from: T0, to: T0 + 1 });
    expect(read.get(tags[0] as number)?.other.get(0)).toEqual({ text: '运行' });
    expect(read.get(tags[1] as number)?.other.get(0)).toEqual({ wave });
  });

  it('another organization reads nothing', async () => {
    const { lane: group, tags } = await makeTags(1);
    const writer = await openScanWriter(test.url, [group]);
    await writer.append([{ lane: group, entry: entry(tags, T0, () => 1) }]);
    await writer.close();
    const window = { from: T0, to: T0 + 1 };
    expect((await readSamples(ask('org-b'), tags, window)).get(tags[0] as number)?.n).toBe(0);
    await settle();
    expect((await readSamples(ask('org-b'), tags, window)).get(tags[0] as number)?.n).toBe(0);
    expect((await readSamples(ask(), tags, window)).get(tags[0] as number)?.n).toBe(1);
  });
});

describe('outputs of apps have history too', () => {
  it('a column is a series by key, a frame is one sample', async () => {
    const { assetId } = await makeTags(1);
    const out = (await test.db.insert(lane).values({ orgId: ORG, kind: 'output' }).returning())[0]?.id as number;
    const graph = { format: 1 as const, nodes: [], wires: [], roles: [], parameters: [], outputs: [] };
    const name = { en: 'App', zh: '应用' };
    const draft = (
      await test.db
        .insert(app)
        .values({ orgId: ORG, slug: `a${Math.random()}`, name, graph })
        .returning()
    )[0];
    const version = (
      await test.db
        .insert(appVersion)
        .values({ orgId: ORG, appId: draft?.id, name, version: '1', graph: '{}', graphHash: 'x', screens: [] })
        .returning()
    )[0] as { id: string };
    const installed = (await test.db.insert(installation).values({ orgId: ORG, name, versionId: version.id }).returning())[0] as {
      id: string;
    };
    const made = (
      await test.db
        .insert(instance)
        .values({ orgId: ORG, installationId: installed.id, assetId, versionId: version.id, key: 'C-1', bindings: {} })
        .returning()
    )[0] as { id: string };
    const part = (
      await test.db.insert(shard).values({ orgId: ORG, instanceId: made.id, lanes: [], outLane: out, cursor: [] }).returning()
    )[0] as { id: number };
    const amplitude = Array.from({ length: 500 }, (_, i) => 1 / (i + 1));
    const outputs = (step: number): OutputsEntry => ({
      kind: 'outputs',
      at: T0 + step * 1000 + 3,
      shardId: part.id,
      step,
      outputs: [
        {
          name: 'pressure',
          schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, high: { type: 'boolean' } } },
          origin: 'simulated',
          n: 2,
          time: Float64Array.of(T0 + step * 1000, T0 + step * 1000),
          key: ['C-1', 'C-2'],
          columns: [Float64Array.of(step, step + 0.5), Float64Array.of(0, 1)],
          quality: [undefined, undefined],
        },
        {
          name: 'spectrum',
          schema: { kind: 'frame', columns: { frequency: { type: 'number', unit: 'Hz' }, amplitude: { type: 'number' } } },
          origin: 'simulated',
          n: 1,
          time: Float64Array.of(T0 + step * 1000),
          key: ['C-1'],
          columns: [[amplitude.map((_, i) => i * 2)], [amplitude]],
          quality: [undefined, undefined],
        },
      ],
    });
    const writer = await openScanWriter(test.url, [out]);
    for (let step = 1; step <= 5; step++) await writer.append([{ lane: out, entry: outputs(step) }]);
    await settle();
    // One more that is only in the log.
    await writer.append([{ lane: out, entry: outputs(6) }]);
    await writer.close();
    const rows = await test.db.select().from(series);
    const of = (output: string, column: string, key: string) =>
      rows.find((r) => r.instanceId === made.id && r.output === output && r.column === column && r.key === key);
    expect(of('pressure', 'value', 'C-2')).toMatchObject({ type: 'number', unit: 'bar', orgId: ORG });
    const pressure = of('pressure', 'value', 'C-2')?.id as number;
    const spectrum = of('spectrum', '*', 'C-1')?.id as number;
    const read = await readSamples(ask(), [pressure, spectrum], { from: T0, to: T0 + 1e6 });
    expect(Array.from(read.get(pressure)?.value ?? [])).toEqual([1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
    expect(read.get(spectrum)?.n).toBe(6);
    const last = read.get(spectrum)?.other.get(5) as { frame: Record<string, Float64Array> };
    expect(Array.from(last.frame.amplitude ?? [])).toEqual(amplitude);
    const shown = (await test.db.select().from(latest)).find((l) => l.tagId === spectrum);
    expect(JSON.parse(shown?.other ?? '{}').frame.amplitude).toEqual(amplitude);
  });
});

describe('a trend hides no peak', () => {
  it('over stored summaries, chunks and the end of the log together, against brute force', async () => {
    const { lane: group, tags } = await makeTags(1);
    const id = tags[0] as number;
    const writer = await openScanWriter(test.url, [group]);
    const N = 6000;
    const values = Array.from(
      { length: N },
      (_, t) => Math.sin(t / 300) + (t % 997 === 500 ? 50 : 0) - (t % 1301 === 77 ? 40 : 0),
    );
    const append = async (from: number, to: number) => {
      for (let t = from; t < to; t += 50) {
        const rows = Array.from({ length: 50 }, (_, i) => t + i);
        const e: SamplesEntry = {
          kind: 'samples',
          at: T0 + t * 1000,
          origin: 'measured',
          n: 50,
          tag: new Int32Array(50).fill(id),
          time: Float64Array.from(rows, (k) => T0 + k * 1000),
          value: Float64Array.from(rows, (k) => values[k] as number),
        };
        await writer.append([{ lane: group, entry: e }]);
      }
    };
    await append(0, 5500);
    await settle({ flushRows: 2 });
    await append(5500, N);
    // A correction inside a stored chunk: that chunk's summary must not be trusted any more.
    values[1500] = -77;
    await writer.append([{ lane: group, entry: entry(tags, T0 + 1_500_000, () => -77, { at: T0 + 9e6 }) }]);
    await writer.close();
    for (const width of [3, 10, 40, 600]) {
      const window = { from: T0, to: T0 + N * 1000 };
      const trend = (await readTrend(ask(), tags, window, width)).get(id);
      if (!trend) throw new Error('no trend');
      expect(trend.x.length).toBeLessThanOrEqual(width * 5);
      const seen = Array.from({ length: width }, () => ({ min: Infinity, max: -Infinity }));
      for (let i = 0; i < trend.x.length; i++) {
        const b = seen[Math.floor((((trend.x[i] as number) - T0) / (N * 1000)) * width)];
        if (!b) throw new Error('outside');
        b.min = Math.min(b.min, trend.y[i] as number);
        b.max = Math.max(b.max, trend.y[i] as number);
      }
      const brute = Array.from({ length: width }, () => ({ min: Infinity, max: -Infinity }));
      values.forEach((y, t) => {
        const b = brute[Math.floor((t / N) * width)];
        if (!b) throw new Error('outside');
        b.min = Math.min(b.min, y);
        b.max = Math.max(b.max, y);
      });
      expect(seen).toEqual(brute);
    }
  });
});

describe('one historian at a time', () => {
  it('one that was overtaken stores nothing', async () => {
    const { lane: group, tags } = await makeTags(1);
    const writer = await openScanWriter(test.url, [group]);
    await writer.append([{ lane: group, entry: entry(tags, T0, () => 1) }]);
    await writer.close();
    const stop = new AbortController();
    const slow = consume({
      sql: test.sql,
      read: reader.readAfter,
      wait: async () => {
        await test.db.insert(historyCursor).values({ laneId: group, seq: 1 });
        stop.abort();
      },
      signal: stop.signal,
    });
    await expect(slow).rejects.toThrow(CursorMoved);
    expect(await test.sql`select from chunk where tag_id = ${tags[0] ?? 0}`).toHaveLength(0);
  });

  it.each([
    ['its disk is full', 'could not extend file', '53100'],
    ['it is read-only', 'cannot execute INSERT in a read-only transaction', '25006'],
  ])('while the database takes nothing because %s, nothing is read or lost, and it is told', async (_, message, code) => {
    const { lane: group, tags } = await makeTags(1);
    const id = tags[0] as number;
    const writer = await openScanWriter(test.url, [group]);
    for (let t = 0; t < 20; t++) await writer.append([{ lane: group, entry: entry(tags, T0 + t * 1000, () => t) }]);
    await test.sql.unsafe(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception '${message}' using errcode = '${code}'; end $$;
      create trigger refuse before insert on chunk for each row execute function refuse()`);
    const told: (string | undefined)[] = [];
    const stop = new AbortController();
    let reads = 0;
    const working = consume({
      sql: test.sql,
      read: (...args) => {
        reads++;
        return reader.readAfter(...args);
      },
      wait: () => new Promise((r) => setTimeout(r, 5)),
      signal: stop.signal,
      flushRows: 16,
      retryMs: 5,
      onTrouble: (error) => told.push(error?.message),
    });
    await expect.poll(() => told.length, { timeout: 40_000, interval: 5 }).toBeGreaterThan(2);
    const before = reads;
    await new Promise((r) => setTimeout(r, 30));
    expect(reads).toBe(before);
    await test.sql.unsafe('drop trigger refuse on chunk; drop function refuse()');
    await expect.poll(() => told.at(-1), { timeout: 40_000, interval: 5 }).toBe(undefined);
    expect(told[0]).toBe(message);
    stop.abort();
    await working;
    await writer.close();
    const read = (await readSamples(ask(), tags, { from: T0, to: T0 + 20_000 })).get(id);
    expect(Array.from(read?.value ?? [])).toEqual(Array.from({ length: 20 }, (_, t) => t));
  });

  it('killed with -9 at random moments under load: nothing lost, nothing doubled', async () => {
    const { lane: group, tags } = await makeTags(50);
    const writer = await openScanWriter(test.url, [group]);
    const N = 2400;
    let appended = 0;
    const load = (async () => {
      for (let t = 0; t < N; t += 8) {
        await writer.append(
          Array.from({ length: 8 }, (_, k) => ({
            lane: group,
            entry: entry(tags, T0 + (t + k) * 1000, (i) => (t + k) * 100 + i),
          })),
        );
        appended = t + 8;
        await new Promise((r) => setTimeout(r, 25));
      }
    })();
    const start = () =>
      spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
        env: { ...process.env, DATABASE_URL: test.url },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    let kills = 0;
    while (appended < N) {
      const child = start();
      await new Promise((r) => setTimeout(r, 900 + Math.random() * 900));
      child.kill('SIGKILL');
      await once(child, 'exit');
      kills++;
    }
    await load;
    await writer.close();
    await settle();
    expect(kills).toBeGreaterThan(2);
    for (const id of tags) {
      const rows = await test.sql`select sum(n)::int as n from chunk where tag_id = ${id}`;
      expect(rows[0]?.n).toBe(N);
    }
    const read = await readSamples(ask(), tags, { from: T0, to: T0 + N * 1000 });
    tags.forEach((id, i) => {
      expect(Array.from(read.get(id)?.value ?? [])).toEqual(Array.from({ length: N }, (_, t) => t * 100 + i));
    });
  });
});
