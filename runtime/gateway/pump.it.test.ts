/** A gateway killed at its worst moments: entries of the spool and entries in doubt are in the log once, in order. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { lane as laneTable } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { LogUnavailableError } from '#runtime/log/connection.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter, type ScanWriter } from '#runtime/log/scan-writer.ts';
import { Pump } from './pump.ts';

let database: TestDatabase;
let folder = '';
beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'mw-pump-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const entry = (value: number): SamplesEntry => ({
  kind: 'samples',
  at: 0,
  origin: 'measured',
  n: 1,
  tag: Int32Array.of(1),
  time: Float64Array.of(1_795_000_000_000 + value),
  value: Float64Array.of(value),
});
async function makeLane(): Promise<number> {
  const [row] = await database.db.insert(laneTable).values({ orgId: 'org', kind: 'scan' }).returning({ id: laneTable.id });
  if (!row) throw new Error('no lane');
  return row.id;
}
async function valuesOf(lane: number): Promise<number[]> {
  const reader = await openLogReader(database.url);
  try {
    return (await reader.readAfter([lane], [0], 10_000)).map((row) => (row.entry as SamplesEntry).value[0] ?? Number.NaN);
  } finally {
    await reader.close();
  }
}
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

function pumpOn(at: string, writer: () => Promise<ScanWriter>) {
  return Pump.open({
    folder: at,
    writer,
    hold: async (one, lane) => void (await one.hold(lane)),
    appended: () => {},
    lost: () => {},
    fenced: (error) => {
      throw error;
    },
  });
}
const away = () => Promise.reject(new LogUnavailableError('away'));

/** The next process, with what the disk held at the kill. */
async function nextProcess(at: string, lane: number, expected: number): Promise<number[]> {
  const writer = await openScanWriter(database.url, []);
  const pump = await pumpOn(at, async () => writer);
  await until('all is in the log', async () => (await valuesOf(lane)).length >= expected && pump.spoolBytes === 0);
  await pump.close();
  await writer.close();
  return valuesOf(lane);
}

test.each([1, 2, 4])(
  'killed after commit %i of a spool that is being sent: the next process goes on behind it',
  async (commits) => {
    const lane = await makeLane();
    const other = await makeLane();
    const [spool, snapshot] = [join(folder, `spool-${commits}`), join(folder, `snapshot-${commits}`)];
    const first = await pumpOn(spool, away);
    for (const v of numbers(240)) first.push(v % 3 === 0 ? other : lane, entry(v), false).catch(() => {});
    await first.close();

    const real = await openScanWriter(database.url, []);
    let committed = 0;
    const dying: ScanWriter = {
      ...real,
      append: async (entries) => {
        if (committed === commits) return away();
        await real.append(entries);
        if (++committed < commits) return [];
        await cp(spool, snapshot, { recursive: true });
        return away(); // the answer never came
      },
    };
    const second = await pumpOn(spool, async () => dying);
    await until('killed', () => second.away);
    await second.close();
    await real.close();

    const values = await nextProcess(snapshot, lane, 160);
    expect(values).toEqual(numbers(240).filter((v) => v % 3 !== 0));
    expect(await valuesOf(other)).toEqual(numbers(240).filter((v) => v % 3 === 0));
  },
);

test.each([true, false])('an entry in doubt is spooled and sent again only if the log has it not (it has: %s)', async (has) => {
  const lane = await makeLane();
  const spool = join(folder, `doubt-${has}`);
  const real = await openScanWriter(database.url, []);
  const dying: ScanWriter = {
    ...real,
    append: async (entries) => {
      if (has) await real.append(entries);
      return away();
    },
  };
  const pump = await pumpOn(spool, async () => dying);
  await pump.push(lane, entry(0), false); // on disk counts
  pump.push(lane, entry(1), false).catch(() => {});
  await pump.close();
  await real.close();
  // in between another gateway held the connection and took the number
  const between = await openScanWriter(database.url, [lane]);
  await between.append([{ lane, entry: { ...entry(7), at: 5 } }]);
  await between.close();
  const values = await nextProcess(spool, lane, 3);
  expect(values).toEqual(has ? [0, 7, 1] : [7, 0, 1]);
});

test('a gap is told after the newest entry of the lane, before what follows, and only where there is a hole', async () => {
  const lane = await makeLane();
  const fresh = await makeLane();
  const writer = await openScanWriter(database.url, [lane]);
  const hour = 3_600_000;
  await writer.append([{ lane, entry: { ...entry(0), at: 1_795_000_000_000 + hour } }]);
  const pump = await pumpOn(join(folder, 'gap'), async () => writer);
  pump.gap(lane, [1], 'measured', 1000);
  pump.gap(fresh, [1], 'measured', 1000);
  pump.push(lane, entry(1), false).catch(() => {});
  pump.push(fresh, entry(2), false).catch(() => {});
  await until('logged', async () => (await valuesOf(fresh)).length === 1);
  await pump.close();
  const reader = await openLogReader(database.url);
  const rows = await reader.readAfter([lane], [0], 10);
  await reader.close();
  await writer.close();
  expect(rows.map((row) => (row.entry as SamplesEntry).time[0])).toEqual([
    1_795_000_000_000, 1_795_000_000_001, 1_795_000_000_001,
  ]);
  expect(rows[1]?.entry).toMatchObject({ quality: Uint8Array.of(0x86) });
  expect(await valuesOf(fresh), 'nothing was there before: no gap').toEqual([2]);
});
