/**
 * The whole chain under fire: a device that sends again what was not acknowledged, signed in at the platform's own broker; real gateways, workers with their effect
 * runners, a historian and a database of their own, killed with -9 at random moments. Then everything is compared with what an undisturbed run gives.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, inArray } from 'drizzle-orm';
import { freePort } from '#blocks/connectors/suite.ts';
import { claimBrokerName, createDeviceToken } from '#drizzle/device-tokens.ts';
import { channel, connection, effect, instance, lane, shard, tag } from '#drizzle/schema/index.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { ORG, until, type WorkerFixture, workerFixture } from '../../fixture.testing.ts';
import { generator } from '../kills.ts';
import { type Checked, checkEffects, checkHistory, checkLog, checkShards } from './check.ts';
import { CHANNEL, chaosGraph } from './graph.ts';
import { Fleet, openServer, steady } from './product.ts';
import { openReceiver } from './receiver.ts';
import { NAME, openSource, type Source, TOPIC } from './source.ts';

const MASTER_KEY = 'a master key of at least thirty-two letters';
/** Longer than a lease. */
const FREEZE_MS = 5_000;
const SETTLE_MS = 120_000;

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly instances: number;
  /** Samples in each of the 100 messages a second. */
  readonly fields: number;
  /** Pause between blows, ms; each is drawn from half to one and a half of it. */
  readonly everyMs: number;
  readonly resplits: number;
  /** What may happen, drawn evenly for `seconds`; or each of these once, in an order that is drawn. */
  readonly blows: readonly Blow[];
  readonly once?: boolean;
  /** Instead of blows: something around the product goes wrong for a while. */
  readonly day?: Day;
}
/** A day on which something around the product is wrong, and the place in which it can be. */
export interface Day {
  readonly server: Pick<Awaited<ReturnType<typeof openServer>>, 'url' | 'db' | 'sql' | 'close' | 'stop'>;
  /** What the product's processes are started with. */
  readonly env: Readonly<Record<string, string>>;
  /** The time of day as the device has it, epoch ms. */
  readonly now: () => number;
  /** Under load: begins, lasts, passes. */
  happens(f: WorkerFixture): Promise<void>;
}
export const BLOWS = [
  'worker killed',
  'worker frozen',
  'effect runner killed between deed and answer',
  'gateway killed',
  'historian killed',
  'queue cut',
  'all sessions cut',
  'postmaster killed',
] as const;
export type Blow = (typeof BLOWS)[number];

export interface ChaosReport extends Checked {
  readonly blows: Readonly<Record<string, number>>;
  /** Messages of the source. */
  readonly sent: number;
  readonly seconds: number;
}

export async function proveChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = generator(options.seed);
  const own = options.day ? undefined : await openServer();
  const server = own ?? options.day?.server;
  if (!server) throw new Error('no server');
  const receiver = await openReceiver();
  let source: Source | undefined;
  let fleet: Fleet | undefined;
  try {
    await using f = await workerFixture(server);
    fleet = new Fleet({
      DATABASE_URL: server.url,
      MILLWRIGHT_DATA: f.dataFolder,
      MILLWRIGHT_MASTER_KEY: MASTER_KEY,
      ...options.day?.env,
    });
    const port = await freePort();
    await claimBrokerName(f.db, ORG, NAME);
    const token = await createDeviceToken(f.db, ORG, 'line');
    const secretId = await sealSecret(f.db, MASTER_KEY, ORG, 'mqtt', JSON.stringify({ password: token.password }));
    const settings = { host: '127.0.0.1', port, username: token.username };
    const [line] = await f.db
      .insert(connection)
      .values({ orgId: ORG, name: 'line', connector: 'mqtt', settings, secretId })
      .returning();
    const rows = await f.db
      .insert(tag)
      .values(
        Array.from({ length: options.fields }, (_, k) => ({
          ...{ orgId: ORG, assetId: f.siteId, name: `f${k}`, connectionId: line?.id, address: `${TOPIC}#f${k}@t` },
          // the source's silence is not what is looked at here
          ...{ samplePeriodMs: 1_000, staleAfterMs: 86_400_000 },
        })),
      )
      .returning({ id: tag.id });
    const tags = rows.map((r) => r.id);
    await f.db
      .insert(channel)
      .values({ orgId: ORG, name: CHANNEL, kind: 'webhook', settings: { url: receiver.url, perMinute: 600 } });
    // one of a machine has the broker; the connection is held by either
    fleet.start('gateway', { MILLWRIGHT_BROKER_PORT: String(port) });
    fleet.start('gateway', { MILLWRIGHT_BROKER_PORT: 'off' });
    fleet.start('historian');
    for (let i = 0; i < options.workers; i++) fleet.start('worker');
    await until('the gateway has the tags', async () => (await f.db.select().from(tag)).every((t) => t.laneId !== null));
    for (let i = 0; i < options.instances; i++) {
      const at = (k: number) => tags[(i * 3 + k) % tags.length] ?? 0;
      await f.instance(chaosGraph, { a: at(0), b: at(1), c: at(2) }, { key: `K${i}` });
    }
    await until('all instances run', async () => {
      const all = await f.db.select().from(instance);
      for (const one of all) if (one.status === 'failed') throw new Error(JSON.stringify(one.reason));
      return all.every((one) => one.status === 'running');
    });
    const shards = await f.db.select().from(shard);
    const first = new Map(shards.map((s) => [s.id, { lanes: s.lanes, cursor: s.cursor }]));
    for (const s of shards) if (s.step !== 0) throw new Error(`shard ${s.id} stepped before the source began`);

    const plant = openSource(options.fields, { port, username: token.username, password: token.password }, options.day?.now);
    source = plant;
    await until('the device is signed in and its topic is subscribed', async () => {
      const [row] = await f.db.select({ status: connection.status }).from(connection);
      return plant.connected && row?.status?.state !== undefined && row.status.state !== 'failed';
    });
    await sleep(1_000);
    plant.begin();
    const begun = Date.now();
    const blows: Record<string, number> = {};
    const standing = fleet;
    const strike: Readonly<Record<Blow, () => Promise<unknown> | undefined>> = {
      'worker killed': async () => standing.kill('worker', random),
      'worker frozen': () => standing.freeze('worker', FREEZE_MS, random),
      'effect runner killed between deed and answer': async () => {
        // whichever of the workers it is that waits for this answer: both go
        receiver.onTaken = () => {
          receiver.onTaken = () => {};
          standing.killAll('worker');
        };
      },
      'gateway killed': async () => standing.kill('gateway', random),
      'historian killed': async () => standing.kill('historian', random),
      'queue cut': () =>
        f.sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and query ilike '%bullmq%'`,
      'all sessions cut': () =>
        f.sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name like 'millwright%' and application_name not like '%proof'`,
      'postmaster killed': async () => own?.kill(),
    };
    const left = [...options.blows];
    if (options.day) await options.day.happens(f);
    else
      while (options.once ? left.length > 0 : Date.now() - begun < options.seconds * 1_000) {
        await sleep(options.everyMs * (0.5 + random()));
        const at = Math.floor(random() * left.length);
        const [blow] = options.once ? left.splice(at, 1) : [left[at]];
        if (!blow) break;
        blows[blow] = (blows[blow] ?? 0) + 1;
        await steady(async () => strike[blow]());
      }
    // the last blow is borne under load too
    await sleep(options.everyMs);
    plant.end();
    receiver.onTaken = () => {};
    const seconds = (Date.now() - begun) / 1_000;
    // what does not arrive in time is told by the checks, one by one
    const late = await settled(f, plant).then(() => undefined, String);
    // as at any end: what is in memory only is lost, and nothing needs it
    fleet.end();
    await sleep(300);

    const found: Checked = {
      wrong: late === undefined ? [] : [late],
      steps: 0,
      rows: 0,
      effects: 0,
      cuts: 0,
      samples: 0,
      stored: 0,
      repeated: 0,
    };
    await checkLog(f, tags, plant, found);
    await checkShards(f, first, { resplits: options.resplits, random }, found);
    await checkHistory(f, tags, plant, found);
    await checkEffects(f, receiver, found);
    return { ...found, blows, sent: plant.sent, seconds };
  } finally {
    fleet?.end();
    source?.close();
    await receiver.close();
    await server.stop();
  }
}

/** Waits until what was sent last has gone all the way: log, shards, effects. The historian's stored part is read together with the end of the log. */
async function settled(f: WorkerFixture, source: Source): Promise<void> {
  const newest = async (id: number, end: number) => {
    const [row] = end > 0 ? await f.reader.readAfter([id], [end - 1], 1) : [];
    return row?.entry.kind === 'samples' ? Math.max(...row.entry.time) : 0;
  };
  await until(
    'everything went all the way',
    () =>
      steady(async () => {
        await sleep(500);
        if (source.open > 0) return false;
        const scan = await f.db.select({ id: lane.id }).from(lane).where(eq(lane.kind, 'scan'));
        const ends = await f.reader.ends(scan.map((l) => l.id));
        const times = await Promise.all(scan.map((l, i) => newest(l.id, ends[i] ?? 0)));
        if (Math.max(...times) < source.timeOf(source.sent)) return false;
        const shards = await f.db.select().from(shard);
        if (shards.some((s) => scan.some((l, i) => (s.cursor[s.lanes.indexOf(l.id)] ?? 0) < (ends[i] ?? 0)))) return false;
        const open = await f.db
          .select()
          .from(effect)
          .where(inArray(effect.status, ['pending', 'running', 'waiting']));
        return open.length === 0;
      }),
    SETTLE_MS,
  );
  // answers of the last effects on their way back into the graph
  await sleep(1_000);
}
