import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import pino from 'pino';
import { expect, test } from 'vitest';
import { packWave } from '#blocks/connectors/payload/payload.ts';
import { until } from '#blocks/connectors/suite.ts';
import { BrokerNameError, claimBrokerName, createDeviceToken, revokeDeviceToken } from '#drizzle/device-tokens.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { MASTER_KEY, ORG, plantFixture } from '../fixture.testing.ts';
import { openBroker } from './broker.ts';

const log = pino({ level: 'silent' });

test('devices of an organization see and publish below its own names, and nothing of others', async () => {
  await using test = await testDatabase();
  const dataFolder = await mkdtemp(join(tmpdir(), 'mw-broker-'));
  await writeFile(join(dataFolder, 'broker.json'), JSON.stringify({ username: 'kept' }));
  await claimBrokerName(test.db, 'a', 'alpha');
  await claimBrokerName(test.db, 'b', 'beta');
  await expect(claimBrokerName(test.db, 'b', 'alpha')).rejects.toBeInstanceOf(BrokerNameError);
  await expect(claimBrokerName(test.db, 'b', 'x/y')).rejects.toMatchObject({ code: 'BROKER_NAME_INVALID' });
  const alpha = await createDeviceToken(test.db, 'a', 'sensor');
  const beta = await createDeviceToken(test.db, 'b', 'spy');
  const broker = await openBroker({ db: test.db, log, dataFolder });
  expect(JSON.parse(await readFile(join(dataFolder, 'broker.json'), 'utf8'))).toEqual({
    username: 'kept',
    host: '127.0.0.1',
    port: broker.port,
  });
  const connect = (username: string, password: string) =>
    mqtt.connectAsync({ host: '127.0.0.1', port: broker.port, username, password, reconnectPeriod: 0 });
  await expect(connect(alpha.username, 'wrong')).rejects.toMatchObject({ code: 5 });
  await expect(connect('nobody', alpha.password)).rejects.toMatchObject({ code: 5 });
  const spy = await connect(beta.username, beta.password);
  const heard: string[] = [];
  spy.on('message', (topic) => heard.push(topic));
  for (const filter of ['#', '+/x', 'alpha/#', 'spBv1.0/#']) {
    // refused filters are answered with 128
    await spy.subscribeAsync(filter, { qos: 1 }).then(
      (granted) => expect(granted[0]?.qos, filter).toBe(128),
      (error) => expect(String(error)).toMatch(/Unspecified|128/),
    );
  }
  await spy.subscribeAsync('beta/#', { qos: 1 });
  const device = await connect(alpha.username, alpha.password);
  await device.publishAsync('alpha/x', '1', { qos: 1 });
  await spy.publishAsync('beta/own', '1', { qos: 1 });
  await until('own messages', () => heard.includes('beta/own'));
  expect(heard).toEqual(['beta/own']);
  const closed = new Promise<void>((resolve) => spy.once('close', () => resolve()));
  spy.publish('alpha/forged', '1', { qos: 1 });
  await closed; // MQTT 3.1.1 has no other way to refuse a publish
  await device.endAsync();
  await revokeDeviceToken(test.db, 'a', alpha.id);
  await expect(connect(alpha.username, alpha.password)).rejects.toMatchObject({ code: 5 });
  const { port } = broker;
  await broker.close();
  const again = await openBroker({ db: test.db, log, dataFolder });
  expect(again.port, 'the port stays').toBe(port);
  await again.close();
  await rm(dataFolder, { recursive: true });
});

test('a waveform of 48,000 points travels from a device through the broker to the log and its blob', async () => {
  await using plant = await plantFixture();
  const broker = await openBroker({ db: plant.db, log, dataFolder: plant.dataFolder });
  await claimBrokerName(plant.db, ORG, 'baoan');
  const token = await createDeviceToken(plant.db, ORG, 'vibration');
  const secretId = await sealSecret(plant.db, MASTER_KEY, ORG, 'mqtt', JSON.stringify({ password: token.password }));
  const id = await plant.connect(
    'mqtt',
    { host: '127.0.0.1', port: broker.port, username: token.username, root: 'baoan' },
    { secretId },
  );
  const tagId = await plant.tag(id, 'baoan/pump-201/wave', { type: 'wave', gain: 2, unit: 'm/s2', staleAfterMs: 30_000 });
  plant.gateway('one');
  await until('connected', () => broker.clients() === 1, 15_000);
  const values = Float32Array.from({ length: 48_000 }, (_, i) => Math.sin((2 * Math.PI * 50 * i) / 48_000));
  const device = await mqtt.connectAsync({
    host: '127.0.0.1',
    port: broker.port,
    username: token.username,
    password: token.password,
  });
  await until('the wave is logged', async () => {
    await device.publishAsync('baoan/pump-201/wave', packWave({ t0: 1_800_000_000_000, rate: 48_000, values }), { qos: 1 });
    return (await plant.logged(id)).some((s) => s.tagId === tagId && s.other);
  });
  const sample = (await plant.logged(id)).find((s) => s.other);
  expect(sample).toMatchObject({ time: 1_800_000_000_000, other: { wave: { t0: 1_800_000_000_000, rate: 48_000, n: 48_000 } } });
  const hash = sample?.other && 'wave' in sample.other ? (sample.other.wave.blob ?? '') : '';
  const { bytes } = await openBlobStore(plant.dataFolder).get(plant.db, ORG, hash);
  const stored = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  expect(stored).toEqual(values.map((v) => v * 2));
  await device.endAsync();
  await broker.close();
});
