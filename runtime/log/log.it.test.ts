import { afterEach, expect, test, vi } from 'vitest';
import { lane } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { appendControl } from './append-control.ts';
import { DAY_MS, dayOf } from './days.ts';
import { openListener, openNotifier } from './notify.ts';
import { openLogReader } from './reader.ts';
import { openScanWriter } from './scan-writer.ts';
import { logSuite, sampleOf } from './suite.ts';

afterEach(() => void vi.restoreAllMocks());

async function fixture() {
  const database = await testDatabase();
  const makeLane = async (kind: 'scan' | 'control') => {
    const [row] = await database.db.insert(lane).values({ orgId: 'org', kind }).returning({ id: lane.id });
    if (!row) throw new Error('no lane');
    return row.id;
  };
  const controlLane = await makeLane('control');
  const reader = await openLogReader(database.url);
  const close = async () => {
    await reader.close();
    await database.close();
  };
  return { database, makeLane, controlLane, reader, close, [Symbol.asyncDispose]: close };
}

logSuite(async () => {
  const { database, makeLane, controlLane, reader, close } = await fixture();
  return {
    controlLane,
    makeScanLane: () => makeLane('scan'),
    async writer(lanes) {
      const name = `writer ${Math.random()}`;
      const w = await openScanWriter(database.url, lanes, { name });
      return {
        ...w,
        async kill() {
          await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`millwright ${name}`}`;
        },
      };
    },
    appendControl: (due, beforeCommit) =>
      database.db.transaction(async (tx) => {
        const { seq } = await appendControl(tx, 'org', { type: 'tick', shardId: 1, due });
        await beforeCommit?.();
        return seq;
      }),
    readAfter: (id, cursor, limit = 100) => reader.readAfter([id], [cursor], limit),
    close,
  };
});

test('a writer whose session was cut while idle goes on by itself', async () => {
  await using f = await fixture();
  const id = await f.makeLane('scan');
  const w = await openScanWriter(f.database.url, [id], { name: 'cut' });
  await w.append([{ lane: id, entry: sampleOf(1) }]);
  await f.database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'millwright cut'`;
  expect(await w.append([{ lane: id, entry: sampleOf(2) }])).toEqual([2]);
  await w.close();
});

test('a frozen writer can be relieved of its lane', async () => {
  await using f = await fixture();
  const id = await f.makeLane('scan');
  const frozen = await openScanWriter(f.database.url, [id]);
  const next = await openScanWriter(f.database.url, [id], { takeOver: true });
  await next.append([{ lane: id, entry: sampleOf(1) }]);
  await expect(frozen.append([{ lane: id, entry: sampleOf(9) }])).rejects.toMatchObject({ code: 'LANE_FENCED' });
  await next.close();
  await frozen.close();
});

test('one read serves several cursors of several lanes', async () => {
  await using f = await fixture();
  const [a, b] = [await f.makeLane('scan'), await f.makeLane('scan')];
  const w = await openScanWriter(f.database.url, [a, b]);
  await w.append([1, 2, 3].flatMap((i) => [a, b].map((id) => ({ lane: id, entry: sampleOf(i) }))));
  const rows = await f.reader.readAfter([a, b, a], [0, 1, 2], 10);
  expect(rows.map((r) => [r.lane, r.after, r.seq])).toEqual([
    [a, 0, 1],
    [a, 0, 2],
    [a, 0, 3],
    [b, 1, 2],
    [b, 1, 3],
    [a, 2, 3],
  ]);
  expect(await f.reader.ends([b, a, 99])).toEqual([3, 3, 0]);
  expect(await f.reader.before(a, sampleOf(3).at)).toBe(2);
  expect(await f.reader.before(a, 0)).toBe(0);
  await w.close();
});

test('a reader follows its lane over midnight and over idle days', async () => {
  await using f = await fixture();
  const id = await f.makeLane('scan');
  const today = dayOf(Date.now());
  const w = await openScanWriter(f.database.url, [id]);
  await w.append([1, 2, 3, 4].map((i) => ({ lane: id, entry: sampleOf(i) })));
  await f.database.sql`select log_make_days(${today - 6}::int, ${today - 2}::int)`;
  await f.database.sql`update log set day = ${today - 6} where lane = ${id} and seq <= 2`;
  await f.database.sql`update log set day = ${today - 1} where lane = ${id} and seq = 3`;
  const read = async (after: number, limit: number) => (await f.reader.readAfter([id], [after], limit)).map((r) => r.seq);
  expect(await read(0, 1)).toEqual([1]);
  expect(await read(1, 10)).toEqual([2, 3, 4]);
  expect(await read(4, 10)).toEqual([]);
  // a reader that had thought the lane to be in later days looks back before it gives up
  expect(await read(1, 10)).toEqual([2, 3, 4]);
  await w.close();
});

test('a clock set back over midnight: the days of the log do not go back, and whose clock it was does not matter', async () => {
  await using f = await fixture();
  const id = await f.makeLane('scan');
  const w = await openScanWriter(f.database.url, [id]);
  const read = async (after: number) => (await f.reader.readAfter([id], [after], 10)).map((r) => r.seq);
  await w.append([{ lane: id, entry: sampleOf(1) }]);
  expect(await read(0)).toEqual([1]);
  expect(await read(1)).toEqual([]);
  // the machine of the reader thinks that it is a day earlier
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() - DAY_MS);
  await w.append([{ lane: id, entry: sampleOf(2) }]);
  expect(await read(1)).toEqual([2]);
  // the database was a day ahead, wrote, and was set right
  const [before] = await f.database.sql<{ day: number }[]>`update log_clock set day = day + 1 returning day`;
  await w.append([{ lane: id, entry: sampleOf(3) }]);
  expect(await f.database.sql`select day from log where lane = ${id} and seq = 3`).toEqual([before]);
  // found within half a minute, whatever the reader thought of the day
  const elapsed = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => elapsed() + 31_000);
  expect(await read(2)).toEqual([3]);
  expect(await read(3)).toEqual([]);
  await w.close();
});

test('the first append of a new day notes it', async () => {
  await using f = await fixture();
  const id = await f.makeLane('scan');
  await f.database.sql`update log_clock set day = day - 3`;
  const w = await openScanWriter(f.database.url, [id]);
  await w.append([{ lane: id, entry: sampleOf(1) }]);
  const [today] = await f.database.sql<
    { day: number }[]
  >`select floor(extract(epoch from clock_timestamp()) / 86400)::int4 as day`;
  expect(await f.database.sql`select day from log where lane = ${id}`).toEqual([today]);
  expect(await f.database.sql`select day from log_clock`).toEqual([today]);
  await w.close();
});

test('the web role appends for the tenant of its transaction only', async () => {
  await using f = await fixture();
  const { sql } = f.database;
  const append = (org: string | undefined) =>
    sql.begin(async (tx) => {
      await tx`set local role millwright_web`;
      if (org) await tx`select set_config('millwright.org', ${org}, true)`;
      await tx`select log_append_control('org', '\x01'::bytea)`;
    });
  await append('org');
  await expect(append('other')).rejects.toMatchObject({ code: '42501' });
  await expect(append(undefined)).rejects.toMatchObject({ code: '42501' });
  expect(await f.reader.ends([f.controlLane])).toEqual([1]);
});

test('wake-ups are coalesced, and a listener comes back by itself', async () => {
  await using f = await fixture();
  const heard: string[] = [];
  const listener = openListener(f.database.url, ['log'], (_, payload) => heard.push(payload), { name: 'ear', retryMs: 20 });
  const notifier = openNotifier(f.database.url);
  const until = async (ok: () => boolean) => {
    for (let i = 0; i < 500 && !ok(); i++) await new Promise((r) => setTimeout(r, 10));
    expect(ok()).toBe(true);
  };
  await until(() => listener.connected);
  heard.length = 0;
  for (let i = 0; i < 100; i++) notifier.lanes([i % 3]);
  await until(() => new Set(heard.flatMap((p) => p.split(','))).size === 3);
  expect(heard.length).toBeLessThan(20);
  await f.database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'millwright ear'`;
  heard.length = 0;
  await until(() => heard.includes(''));
  notifier.lanes([7]);
  await until(() => heard.includes('7'));
  await notifier.close();
  await listener.close();
});
