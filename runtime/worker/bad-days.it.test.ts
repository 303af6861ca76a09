/** Days on which something around the product is wrong: what was acknowledged is not lost, nothing is half-applied, it is said, and it passes by itself. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterEach, expect, test, vi } from 'vitest';
import { instance, lane, tag } from '#drizzle/schema/index.ts';
import { troublesIn } from '#drizzle/troubles.ts';
import { Pump } from '#runtime/gateway/pump.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { Packer } from '#runtime/samples/packer.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { openServer } from './proof/chaos/product.ts';

vi.setConfig({ testTimeout: 240_000 });
afterEach(() => void vi.restoreAllMocks());

const title = { en: 'x', zh: '甲' };
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  ...{ id, block: `millwright/${block}`, version: '1.0.0', params },
});
const from = (id: string) => ({ node: id, port: 'out' });
const to = (id: string) => ({ node: id, port: 'in' });
/** `idle`: s of silence after which windows close by a timer. */
const graphOf = (idle: number): GraphDocumentInput => ({
  format: 1,
  roles: [{ name: 'x', title, type: 'number' }],
  nodes: [
    node('in', 'source.tag', { role: 'x' }),
    node('avg', 'series.ewma', { alpha: 0.5 }),
    node('window', 'series.window', { seconds: 1, mode: 'tumbling', idle }),
  ],
  wires: [
    { from: from('in'), to: to('avg') },
    { from: from('in'), to: to('window') },
  ],
  outputs: [
    { name: 'smooth', from: from('avg') },
    { name: 'windows', from: from('window') },
  ],
});
/** `y += 0.5 (x − y)`, begun with the first x. */
const smoothed = (n: number) => {
  let y = 1;
  return Array.from({ length: n }, (_, i) => {
    y += 0.5 * (i + 1 - y);
    return y;
  });
};

/** The gateway's way into the log for one tag, from a source that cannot send again. */
async function plant(f: WorkerFixture, idle = 0.5) {
  const [scan] = await f.db.insert(lane).values({ orgId: ORG, kind: 'scan' }).returning();
  const laneId = scan?.id ?? 0;
  const [made] = await f.db.insert(tag).values({ orgId: ORG, assetId: f.siteId, name: 'x', laneId }).returning();
  const tagId = made?.id ?? 0;
  const writer = await openScanWriter(f.url, [laneId]);
  const lost: number[] = [];
  const pump = await Pump.open({
    folder: join(f.dataFolder, 'spool', 'bad-days'),
    writer: async () => writer,
    hold: async () => {},
    appended: (lanes) => f.notifier.lanes(lanes),
    lost: (tags) => lost.push(...tags),
    fenced: (error) => {
      throw error;
    },
  });
  const packer = new Packer('measured', (to, entry, resendable) => pump.push(to, entry, resendable));
  const instanceId = await f.instance(graphOf(idle), { x: tagId });
  let n = 0;
  return {
    pump,
    lost,
    instanceId,
    laneId,
    /** The next numbers, one every 20 ms; resolved when none of them can be lost any more. */
    async send(count: number) {
      const safe: Promise<void>[] = [];
      for (let i = 0; i < count; i++) {
        safe.push(
          packer.add(laneId, [{ tagId, time: performance.timeOrigin + performance.now(), value: ++n, quality: 0 }], false),
        );
        await sleep(20);
      }
      await Promise.all(safe);
    },
    deliver: (values: readonly number[], time: (i: number) => number) =>
      packer.add(
        laneId,
        values.map((value, i) => ({ tagId, time: time(i), value, quality: Number.isNaN(value) ? 0x80 : 0 })),
        false,
      ),
    rows: async (name: string) => (await f.outputs(instanceId)).filter((row) => row.name === name),
    async [Symbol.asyncDispose]() {
      await pump.close();
      await writer.close();
    },
  };
}

test.for([
  {
    day: 'the database is read-only',
    says: 'database-read-only',
    on: ['alter system set default_transaction_read_only = on', 'select pg_reload_conf()'],
    off: ['alter system reset default_transaction_read_only', 'select pg_reload_conf()'],
  },
  {
    day: 'the disk of the database is full',
    says: 'database-full',
    on: [
      `create function no_room() returns trigger language plpgsql as $$ begin
         raise exception using errcode = 'disk_full', message = 'could not extend file: No space left on device'; end $$`,
      'create trigger no_room before insert on log for each row execute function no_room()',
    ],
    off: ['drop trigger no_room on log', 'drop function no_room()'],
  },
])('$day for two seconds: what comes waits on disk, apps wait and say why, then all goes on once and in order', async (day) => {
  const server = await openServer();
  try {
    await using f = await workerFixture(server);
    await using p = await plant(f);
    const worker = await f.worker();
    await f.running(p.instanceId);
    await p.send(20);
    await until('rows', async () => (await p.rows('smooth')).length === 20);
    for (const statement of day.on) await f.sql.unsafe(statement);
    await p.send(100);
    await until('it is said', () => troublesIn(worker.facts())[0]?.code === day.says || p.pump.away);
    expect(p.pump.away).toBe(true);
    expect((await p.rows('smooth')).length).toBe(20);
    for (const statement of day.off) await f.sql.unsafe(statement);
    await p.send(20);
    await until('all rows', async () => (await p.rows('smooth')).length >= 140);
    const values = (await p.rows('smooth')).map((row) => row.values[0]);
    expect(values).toHaveLength(140);
    for (const [i, value] of smoothed(140).entries()) expect(values[i]).toBeCloseTo(value, 9);
    expect(p.lost).toEqual([]);
    expect(await f.db.select().from(instance).where(eq(instance.id, p.instanceId))).toMatchObject([
      { status: 'running', reason: null },
    ]);
    await until('nothing is said any more', () => troublesIn(worker.facts()).length === 0);
    expect(p.pump.away).toBe(false);
  } finally {
    await server.stop();
  }
});

test('the clock is set back an hour: rows go on, windows close, timers fire, and it is said', async () => {
  await using f = await workerFixture();
  await using p = await plant(f);
  const worker = await f.worker();
  await f.running(p.instanceId);
  await p.send(10);
  await until('rows', async () => (await p.rows('smooth')).length === 10);
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
  await p.send(60);
  await until('rows after it', async () => (await p.rows('smooth')).length === 70);
  // the last window closes by a timer: no sample comes after it
  const windows = async () => (await p.rows('windows')).reduce((sum, row) => sum + Number(row.values.at(-1)), 0);
  await until('all windows', async () => (await windows()) === 70, 20_000);
  expect(troublesIn(worker.facts())).toEqual([{ code: 'clock-back', params: { seconds: 3600 } }]);
  const values = (await p.rows('smooth')).map((row) => row.values[0]);
  for (const [i, value] of smoothed(70).entries()) expect(values[i]).toBeCloseTo(value, 9);
});

test('a million samples at once, values that are none, doubles and a day too late: each counted, none passed off as good', async () => {
  await using f = await workerFixture();
  await using p = await plant(f, 3_600);
  await f.worker();
  await f.running(p.instanceId);
  const t0 = Date.now() - 86_400_000;
  await p.deliver(
    Array.from({ length: 1_000_000 }, (_, i) => i % 100),
    (i) => t0 + i,
  );
  const shardOf = () => f.shard(p.instanceId);
  // on disk or in the log: what was flushed follows in order
  const entries = async () => (await f.reader.ends([p.laneId]))[0];
  await until('cut into entries that a step can take', async () => (await entries()) === 100, 60_000);
  const caughtUp = async () => {
    const s = await shardOf();
    const [newest = 0] = await f.reader.ends([p.laneId]);
    return (s.cursor[s.lanes.indexOf(p.laneId)] ?? 0) === newest;
  };
  await until('all is consumed', caughtUp, 120_000);
  const { outLane } = await shardOf();
  const [made] = await f.sql<{ rows: number }[]>`select sum(n)::int4 as rows from log where lane = ${outLane}`;
  // each sample smoothed; 1,000 s of them in windows of a second, the last of which stands open or not
  expect(Math.round((made?.rows ?? 0) / 10_000)).toBe(100);
  expect(made?.rows).toBeGreaterThanOrEqual(1_000_999);

  // after them: NaN, the same sample twice, one of the day before
  const later = t0 + 1_100_000;
  const from = (await shardOf()).step;
  await p.deliver([Number.NaN, 7, 7, 3], (i) => [later, later + 1, later + 1, later - 86_400_000][i] ?? 0);
  await until('consumed', caughtUp);
  const rows = (await f.outputs(p.instanceId)).filter((row) => row.step > from && row.name === 'smooth');
  expect(rows.map((row) => (row.quality[0] ?? 0) >= 0x80)).toEqual([true, false, false, false]);
  expect(rows.every((row, i) => i === 0 || Number.isFinite(row.values[0]))).toBe(true);
  const late = await f.sql<{ node: string; count: number }[]>`select node, count::int4 as count from late_count`;
  expect(late).toEqual([{ node: 'window', count: 1 }]);
  expect(await f.db.select().from(instance).where(eq(instance.id, p.instanceId))).toMatchObject([
    { status: 'running', reason: null },
  ]);
});
