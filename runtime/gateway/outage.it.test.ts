/** The database goes away and comes back: nothing that was acknowledged is lost, nothing is doubled, order stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { TestBroker } from '#blocks/connectors/mqtt/broker.testing.ts';
import { freePort, until } from '#blocks/connectors/suite.ts';
import { claimBrokerName, createDeviceToken } from '#drizzle/device-tokens.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { type PostgresServer, startPostgres } from '#runtime/supervisor/postgres.ts';
import { MASTER_KEY, ORG, plantFixture } from './fixture.testing.ts';

// a process of its own with all drivers starts slowly on a busy machine
vi.setConfig({ testTimeout: 180_000 });
const folder = mkdtempSync(join(tmpdir(), 'mw-out-'));
chmodSync(folder, 0o711);
let server: PostgresServer;
const start = async () => {
  server = await startPostgres({ dataFolder: folder, quickInit: true, settings: { shared_buffers: '64MB' } });
};
beforeAll(async () => {
  await start();
  await migrateDatabase(server.socketDir);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A register that gives the next number at every read: a hole or a doubled sample shows in the values. */
async function counter() {
  const device = new ModbusServer(await freePort());
  let count = 0;
  device.words.get = () => ++count % 65_536;
  await device.start();
  return {
    // a long limit: a busy machine is no dead device
    settings: { host: '127.0.0.1', port: device.port, timeoutMs: 10_000 },
    async [Symbol.asyncDispose]() {
      await device.stop();
    },
  };
}
const consecutive = (values: readonly number[]) => values.map((_, i) => (values[0] ?? 0) + i);

test('a stopped database: polled samples are spooled and follow in order, messages are acknowledged only when logged', async () => {
  await using plant = await plantFixture(server.socketDir);
  await using device = await counter();
  const broker = new TestBroker(await freePort());
  await broker.start();
  const acknowledged: number[] = [];
  broker.aedes?.on('ack', () => acknowledged.push(Date.now()));
  const secretId = await sealSecret(plant.db, MASTER_KEY, ORG, 'mqtt', JSON.stringify({ password: 'right' }));
  const polled = await plant.connect('modbus-tcp', device.settings);
  const messages = await plant.connect('mqtt', { host: '127.0.0.1', port: broker.port, username: 'plant' }, { secretId });
  const polledTag = await plant.tag(polled, '1/holding/0');
  const messageTag = await plant.tag(messages, 'd/n#n@t', { staleAfterMs: 60_000 });
  plant.gateway('one');
  await until(
    'both live',
    async () => (await plant.status(polled)).state === 'live' && (await plant.status(messages)).holder === 'one',
    20_000,
  );
  const publisher = await mqtt.connectAsync({ host: '127.0.0.1', port: broker.port, username: 'plant', password: 'right' });
  let n = 0;
  const timer = setInterval(() => publisher.publish('d/n', JSON.stringify({ n: n++, t: Date.now() }), { qos: 1 }), 50);
  await until('messages are logged', () => acknowledged.length > 10);
  const away = Date.now();
  await server.stop();
  await sleep(1500);
  const told = acknowledged.length;
  await sleep(2500);
  expect(acknowledged.length, 'nothing is acknowledged while the log is away').toBe(told);
  await start();
  const back = Date.now();
  await until('polled samples of now', async () => (await plant.logged(polled)).some((s) => s.time > back + 500), 20_000);
  clearInterval(timer);
  const last = n - 1;
  await until('the last message is logged', async () => (await plant.logged(messages)).some((s) => s.value === last), 20_000);

  const samples = (await plant.logged(polled)).filter((s) => s.tagId === polledTag && s.quality === 0);
  expect(samples.some((s) => s.time > away + 1000 && s.time < back - 1000)).toBe(true);
  const values = samples.map((s) => s.value);
  expect(values, 'each read once, in order').toEqual(consecutive(values));

  const numbers = (await plant.logged(messages)).filter((s) => s.tagId === messageTag && s.quality === 0).map((s) => s.value);
  expect(numbers, 'each message once, in order').toEqual(consecutive(numbers));
  expect(numbers.at(-1)).toBe(last);
  await publisher.endAsync();
  await broker.stop();
});

/** The gateway as a process of its own, to be killed. */
function gatewayProcess(dataFolder: string, broker: 'off' | number = 'off') {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./main.ts', import.meta.url))],
    {
      env: {
        ...process.env,
        DATABASE_URL: server.socketDir,
        MILLWRIGHT_DATA: dataFolder,
        MILLWRIGHT_MASTER_KEY: MASTER_KEY,
        MILLWRIGHT_BROKER_PORT: String(broker),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

test('a gateway killed during the outage: the next one brings what was spooled, and marks what nobody saw as a gap', async () => {
  await using plant = await plantFixture(server.socketDir);
  await using device = await counter();
  const id = await plant.connect('modbus-tcp', device.settings);
  const tagId = await plant.tag(id, '1/holding/0');
  const child = gatewayProcess(plant.dataFolder);
  await until('live', async () => (await plant.status(id)).state === 'live', 60_000);
  await server.stop();
  const away = Date.now();
  await sleep(3000);
  child.kill('SIGKILL');
  const killed = Date.now();
  await start();
  plant.gateway('second');
  await until(
    'values after the kill',
    async () => (await plant.logged(id)).some((s) => s.time > killed && s.quality === 0),
    30_000,
  );
  const samples = (await plant.logged(id)).filter((s) => s.tagId === tagId && s.quality === 0);
  const before = samples.filter((s) => s.time <= killed);
  expect(before.filter((s) => s.time > away + 500).length).toBeGreaterThan(8);
  const values = before.map((s) => s.value);
  expect(values, 'what was spooled is there once, in order').toEqual(consecutive(values));
  const last = before.at(-1)?.time ?? 0;
  // what came is written at once; the rest is a scan, and a busy machine's
  expect(killed - last).toBeLessThan(2000);
  const all = (await plant.logged(id)).filter((s) => s.tagId === tagId);
  const gap = all.find((s) => s.quality === 0x86 && s.time > last);
  expect(gap?.time, 'from the last sample on').toBe(last + 1);
  expect(all.indexOf(gap as (typeof all)[number]), 'before the first value after it').toBeLessThan(
    all.findIndex((s) => s.time > killed && s.quality === 0),
  );
});

test('devices at the platform’s own broker: gateway and database killed, each acknowledged message is in the log once', async () => {
  await using plant = await plantFixture(server.socketDir);
  await claimBrokerName(plant.db, ORG, 'kills');
  const token = await createDeviceToken(plant.db, ORG, 'press');
  const secretId = await sealSecret(plant.db, MASTER_KEY, ORG, 'mqtt', JSON.stringify({ password: token.password }));
  const port = await freePort();
  const { username, password } = token;
  const id = await plant.connect('mqtt', { host: '127.0.0.1', port, username }, { secretId });
  await plant.tag(id, 'kills/press#n', { staleAfterMs: 600_000 });
  let gateway = gatewayProcess(plant.dataFolder, port);
  const device = mqtt.connect({
    host: '127.0.0.1',
    port,
    username,
    password,
    clientId: 'press',
    clean: false,
    reconnectPeriod: 100,
  });
  device.on('error', () => {});
  // mqtt.js does not mark what it sends again, as the standard demands (MQTT 3.1.1, 3.3.1.1)
  const sent = new Set<string>();
  device.on('packetsend', (packet) => {
    if (packet.cmd !== 'publish') return;
    const key = `${packet.messageId} ${packet.payload}`;
    packet.dup = sent.has(key);
    sent.add(key);
  });
  try {
    const value = async (n: number) => (await plant.logged(id)).some((s) => s.value === n);
    await until('live', async () => (await plant.status(id)).holder != null && device.connected, 60_000);
    let n = 0;
    const acknowledged = new Set<number>();
    const publish = () => {
      const mine = n++;
      device.publish('kills/press', JSON.stringify({ n: mine }), { qos: 1 }, (error) => {
        if (!error) acknowledged.add(mine);
      });
    };
    // the first that is logged shows that the subscription stands: from here on every number counts
    await until(
      'the way is open',
      async () => {
        publish();
        return value(n - 1);
      },
      60_000,
    );
    const first = n;
    const timer = setInterval(publish, 20);
    try {
      for (const outage of [false, true]) {
        await sleep(300 + 700 * Math.random());
        if (outage) {
          await server.stop();
          await sleep(500 + 500 * Math.random());
        }
        const closed = once(gateway, 'exit');
        gateway.kill('SIGKILL');
        await closed;
        gateway = gatewayProcess(plant.dataFolder, port);
        if (outage) {
          await sleep(1000);
          await start();
        }
        const at = n;
        await until('the device goes on', () => acknowledged.has(at), 120_000);
      }
    } finally {
      clearInterval(timer);
    }
    const last = n - 1;
    await until('all are acknowledged', () => acknowledged.has(last), 30_000);
    await until(
      'all are in the log',
      async () => {
        const logged = new Set((await plant.logged(id)).map((s) => s.value));
        return [...acknowledged].every((v) => v < first || logged.has(v));
      },
      30_000,
    );
    const counted = new Map<number, number>();
    for (const { value: v, quality } of await plant.logged(id)) if (quality === 0) counted.set(v, (counted.get(v) ?? 0) + 1);
    const wrong = [...acknowledged].filter((v) => v >= first && counted.get(v) !== 1).map((v) => `${v}: ${counted.get(v) ?? 0}`);
    expect(wrong, `of ${acknowledged.size}`).toEqual([]);
  } finally {
    gateway.kill('SIGKILL');
    await device.endAsync(true);
  }
});

test('a full spool gives up the newest samples and says so with a gap', async () => {
  await using plant = await plantFixture(server.socketDir);
  await using device = await counter();
  const id = await plant.connect('modbus-tcp', device.settings);
  const tagId = await plant.tag(id, '1/holding/0');
  plant.gateway('one', { spoolLimit: 600 });
  await until('live', async () => (await plant.status(id)).state === 'live', 60_000);
  await server.stop();
  const away = Date.now();
  await sleep(3000);
  await start();
  const back = Date.now();
  await until('values of now', async () => (await plant.logged(id)).some((s) => s.time > back && s.quality === 0), 20_000);
  await until(
    'the gap is told',
    async () =>
      (await plant.logged(id)).some((s) => s.tagId === tagId && s.quality === 0x86 && s.time > away - 500 && s.time < back),
    10_000,
  );
});
