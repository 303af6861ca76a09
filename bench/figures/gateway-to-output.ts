/** From a device's MQTT message to the committed output: broker, gateway, log, isolate and commit, in processes of their own; every record counted. */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Aedes } from 'aedes';
import { asc } from 'drizzle-orm';
import mqtt from 'mqtt';
import { freePort } from '#blocks/connectors/suite.ts';
import { connection, shard, tag } from '#drizzle/schema/index.ts';
import { ORG, until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';
import { smoothingOf } from '../graphs/smoothing.ts';
import { runtimeProcesses } from '../runtime-processes.ts';

const TAGS = 100;
/** A message carries all tags: 300 of them a second are 30,000 records. */
const MESSAGES_A_SECOND = Number(process.env.BENCH_RATE ?? 300);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);

export default {
  name: 'gateway-to-output',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const port = await freePort();
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const [row] = await f.db
      .insert(connection)
      .values({ orgId: ORG, name: 'device', connector: 'mqtt', settings: { host: '127.0.0.1', port } })
      .returning();
    await f.db.insert(tag).values(
      Array.from({ length: TAGS }, (_, i) => ({
        orgId: ORG,
        assetId: f.siteId,
        name: `device.${i}`,
        connectionId: row?.id,
        address: `plant/device#v${i}@ts`,
      })),
    );
    const device = await mqtt.connectAsync({ host: '127.0.0.1', port });
    const started: number[] = [];
    let committed = 0;
    try {
      await using _processes = runtimeProcesses(['gateway', 'worker'], f);
      const tags = () => f.db.select({ id: tag.id, lane: tag.laneId }).from(tag).orderBy(asc(tag.id));
      await until('lanes are made and topics subscribed', async () => {
        const lanes = (await tags()).every((one) => one.lane !== null);
        return lanes && (row ? (await f.db.select().from(connection))[0]?.status?.state !== undefined : false);
      });
      const bindings = Object.fromEntries((await tags()).map((one, i) => [`x${i}`, one.id]));
      const id = await f.instance(smoothingOf(TAGS), bindings);
      await f.running(id);
      const rows = counter(f);
      let tick = 0;
      const publish = () => {
        const values = Array.from({ length: TAGS }, (_, k) => `"v${k}":${Math.sin(tick / 50 + k).toFixed(6)}`);
        const text = `{"ts":${Date.now()},${values.join(',')}}`;
        tick++;
        return device.publishAsync('plant/device', text, { qos: 1 });
      };
      // until the way is open from end to end
      await until('the first output', async () => {
        await publish();
        await sleep(200);
        return (await rows()) > 0;
      });
      await sleep(1_000);
      const before = await rows();
      const from = tick;
      const begun = performance.now();
      const sent: Promise<unknown>[] = [];
      for (let n = 0; n < MESSAGES_A_SECOND * SECONDS; n++) {
        const wait = begun + (n * 1000) / MESSAGES_A_SECOND - performance.now();
        if (wait > 1) await sleep(wait);
        sent.push(publish());
      }
      await Promise.all(sent);
      const expected = (tick - from) * TAGS;
      await until(`all ${expected} are committed`, async () => {
        committed = (await rows()) - before;
        return committed >= expected;
      });
      started.push((performance.now() - begun) / 1000);
      if (committed !== expected) throw new Error(`${expected} records were sent, ${committed} came out`);
    } finally {
      await device.endAsync(true);
      await new Promise<void>((resolve) => aedes.close(resolve));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    return [
      {
        name: 'gateway to committed output: records, none lost, none twice',
        value: committed / (started[0] ?? Number.NaN),
        unit: '1/s',
        conditions: `${TAGS} tags in one JSON message, MQTT QoS 1, ${MESSAGES_A_SECOND} messages/s for ${SECONDS} s (${committed} records), an average and a stored output each; device and broker in a third process of the same machine`,
        goal: { atLeast: 20_000 },
      },
    ];
  },
};

type Fixture = Awaited<ReturnType<typeof workerFixture>>;

/** Rows of outputs committed so far; each look goes on where the last one ended. */
function counter(f: Fixture): () => Promise<number> {
  let cursor = 0;
  let rows = 0;
  return async () => {
    const [s] = await f.db.select().from(shard);
    if (!s) return 0;
    for (;;) {
      const got = await f.reader.readAfter([s.outLane], [cursor], 500);
      if (got.length === 0) return rows;
      for (const { seq, entry } of got) {
        cursor = seq;
        if (entry.kind === 'outputs') for (const one of entry.outputs) rows += one.time.length;
      }
    }
  };
}
