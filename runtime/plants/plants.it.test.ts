import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Aedes } from 'aedes';
import ModbusRTU from 'modbus-serial';
import mqtt, { type MqttClient } from 'mqtt';
import {
  AttributeIds,
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  StatusCodes,
} from 'node-opcua';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import modbus from '#blocks/connectors/modbus-tcp/connector.ts';
import mqttJson from '#blocks/connectors/mqtt/connector.ts';
import opcua from '#blocks/connectors/opcua/connector.ts';
import { unpackWave } from '#blocks/connectors/payload/payload.ts';
import sparkplug from '#blocks/connectors/sparkplug/connector.ts';
import { decodePayload, encodePayload, TYPES } from '#blocks/connectors/sparkplug/payload.ts';
import type { AnyConnector, ConnectorHost, Session, TagRequest, WaveValue } from '#blocks/sdk/connector.ts';
import { tagsOf } from './backfill.ts';
import { plantConnections } from './connections.ts';
import { type PlantPorts, plantPorts } from './ports.ts';
import { stationCertificate } from './station-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'plants-'));
let broker: Aedes;
let brokerServer: Server;
let watcher: MqttClient;
let plants: ChildProcess;
let ports: PlantPorts;
const seen: { readonly topic: string; readonly payload: Buffer }[] = [];

/** Waits until `look` gives something. */
async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 15_000,
): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`${what}: not within ${ms} ms`);
}
const faults = (change: unknown, method = 'POST') =>
  fetch(`http://127.0.0.1:${ports.control}/faults`, { method, ...(method === 'POST' ? { body: JSON.stringify(change) } : {}) });

beforeAll(async () => {
  broker = await Aedes.createBroker();
  brokerServer = createServer(broker.handle);
  await new Promise<void>((resolve) => brokerServer.listen(0, '127.0.0.1', resolve));
  const address = brokerServer.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  writeFileSync(join(folder, 'broker.json'), JSON.stringify({ port }));
  watcher = mqtt.connect({ host: '127.0.0.1', port });
  watcher.on('message', (topic, payload) => seen.push({ topic, payload }));
  await watcher.subscribeAsync('#', { qos: 1 });
  ports = await plantPorts(folder);
  plants = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, MILLWRIGHT_DATA: folder, DATABASE_URL: '', MILLWRIGHT_BROKER: '' },
  });
  await new Promise<void>((resolve, reject) => {
    plants.once('message', () => resolve());
    plants.once('exit', (code) => reject(new Error(`plants ended with ${code}`)));
  });
}, 90_000);

afterAll(async () => {
  await watcher.endAsync(true);
  plants.kill('SIGTERM');
  if (plants.exitCode === null) await new Promise((resolve) => plants.once('exit', resolve));
  await new Promise<void>((resolve) => broker.close(resolve));
  await new Promise((resolve) => brokerServer.close(resolve));
  rmSync(folder, { recursive: true });
}, 30_000);

const float = (data: readonly number[], at: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(data[at] ?? 0, 0);
  bytes.writeUInt16BE(data[at + 1] ?? 0, 2);
  return bytes.readFloatBE(0);
};

describe('Modbus', () => {
  test('three pumps behind one gateway; a dead unit leaves the others alone', async () => {
    const client = new ModbusRTU();
    await client.connectTCP('127.0.0.1', { port: ports.pumps });
    client.setTimeout(700);
    const read = async (unit: number) => {
      client.setID(unit);
      return (await client.readInputRegisters(0, 8)).data;
    };
    const first = await read(1);
    expect(float(first, 0)).toBeGreaterThan(1780); // 1,797 rpm at rated load, up to 3 % more below it
    expect(float(first, 0)).toBeLessThan(1860);
    expect(float(first, 6)).toBeGreaterThan(0.9);
    expect((await faults({ pump2: { dead: true } })).status).toBe(200);
    await expect(
      until(
        'unit 2 dead',
        () =>
          read(2).then(
            () => undefined,
            (error: Error) => error.message,
          ),
        5000,
      ),
    ).resolves.toMatch(/timed out/i);
    expect(float(await read(3), 2)).toBeGreaterThan(26);
    await expect(read(9)).rejects.toThrow(/Gateway target/i);
    await faults({ pump2: { dead: false } });
    await until(
      'unit 2 back',
      () =>
        read(2).then(
          (data) => float(data, 0) > 0,
          () => undefined,
        ),
      5000,
    );
    client.close(() => {});
  });

  test('plant B counts in psi and °F and takes a set-point within its range', async () => {
    const client = new ModbusRTU();
    await client.connectTCP('127.0.0.1', { port: ports.plantB });
    client.setID(5);
    client.setTimeout(2000);
    const [psi = 0, setpoint = 0] = (await client.readHoldingRegisters(0, 2)).data;
    expect(psi / 10).toBeCloseTo(101.5, -1); // 7 bar = 101.526 psi
    expect(setpoint).toBe(1015);
    const [room = 0] = (await client.readHoldingRegisters(6, 1)).data;
    expect(room / 10).toBeGreaterThanOrEqual(68); // 20 to 32 °C
    expect(room / 10).toBeLessThan(90);
    await client.writeRegister(1, 1100);
    expect((await client.readHoldingRegisters(1, 1)).data[0]).toBe(1100);
    await expect(client.writeRegister(1, 1500)).rejects.toThrow(/Illegal data value/i);
    await expect(client.writeRegister(0, 1000)).rejects.toThrow(/Illegal data address/i);
    client.close(() => {});
  });
});

describe('OPC UA', () => {
  const node = (name: string) => `ns=2;s=${name}`;
  test.each([
    ['None', MessageSecurityMode.None, SecurityPolicy.None],
    ['Basic256Sha256', MessageSecurityMode.SignAndEncrypt, SecurityPolicy.Basic256Sha256],
  ])(
    'security %s: values with units, a set-point that moves the plant, a failed sensor',
    async (name, securityMode, securityPolicy) => {
      const client = OPCUAClient.create({
        securityMode,
        securityPolicy,
        endpointMustExist: false,
        clientCertificateManager: new OPCUACertificateManager({
          rootFolder: join(folder, `client-${name}`),
          automaticallyAcceptUnknownCertificate: true,
        }),
        connectionStrategy: { maxRetry: 1 },
        requestedSessionTimeout: 20_000,
      });
      await client.connect(`opc.tcp://127.0.0.1:${ports.opcua}/compressors`);
      const session = await client.createSession();
      try {
        const value = async (id: string) => session.read({ nodeId: node(id), attributeId: AttributeIds.Value });
        const before = await value('Air.HeaderPressure');
        expect(before.statusCode).toBe(StatusCodes.Good);
        expect(Number((await value('Air.Power')).value.value)).toBeGreaterThan(60);
        const units = await session.translateBrowsePath({
          startingNode: node('Air.HeaderPressure'),
          relativePath: {
            elements: [{ targetName: { namespaceIndex: 0, name: 'EngineeringUnits' }, isInverse: false, includeSubtypes: true }],
          },
        });
        const unitsNode = units.targets?.[0]?.targetId;
        if (!unitsNode) throw new Error('the variable has no engineering units');
        const unit = await session.read({ nodeId: unitsNode, attributeId: AttributeIds.Value });
        expect(unit.value.value.displayName.text).toBe('bar');

        const write = (bar: number) =>
          session.write({
            nodeId: node('Air.PressureSetpoint'),
            attributeId: AttributeIds.Value,
            value: { value: { dataType: DataType.Double, value: bar } },
          });
        expect(await write(12)).toBe(StatusCodes.BadOutOfRange);
        const asked = Number(before.value.value) + 0.5;
        expect(await write(asked)).toBe(StatusCodes.Good);
        expect(Number((await value('Air.PressureSetpoint')).value.value)).toBe(asked);
        // first-order lag of 45 s: a third of the way after 18 s would be too long to wait for; a tenth is not
        await until(
          'pressure rises',
          async () => Number((await value('Air.HeaderPressure')).value.value) > Number(before.value.value) + 0.05,
        );

        if (name === 'None') return;
        await faults({ airA: { sensorFault: true } });
        await until('sensor fault', async () => (await value('Air.HeaderPressure')).statusCode === StatusCodes.BadSensorFailure);
        expect((await value('Air.Flow')).statusCode).toBe(StatusCodes.Good);
        await faults({ airA: { sensorFault: false } });
      } finally {
        await session.close();
        await client.disconnect();
      }
    },
  );
});

describe('MQTT', () => {
  test('the vibration sensor sends JSON and waveforms of 48,000 points', async () => {
    const status = await until('status', () => seen.find(({ topic }) => topic === 'Baoan/pump-201/status'));
    const json = JSON.parse(status.payload.toString()) as { ts: string; temperature: number };
    expect(Date.now() - Date.parse(json.ts)).toBeLessThan(300_000); // of now, give or take a busy machine
    expect(json.temperature).toBeGreaterThan(26);
    const message = await until('wave', () => seen.find(({ topic }) => topic === 'Baoan/pump-201/wave'));
    const wave = unpackWave(message.payload);
    expect(wave?.rate).toBe(48_000);
    expect(wave?.values).toHaveLength(48_000);
  });

  test('the edge node is born, sends data by alias with running numbers, and is born again when asked', async () => {
    const on = (kind: string) =>
      seen.filter(({ topic }) => topic.includes(`/${kind}/`)).map(({ payload }) => decodePayload(payload));
    await until('births', () => on('NBIRTH').length > 0 && on('DBIRTH').length > 0);
    expect(on('NBIRTH')[0]).toMatchObject({ seq: 0 });
    const power = on('DBIRTH')[0]?.metrics.find((metric) => metric.name === 'Power');
    expect(power).toMatchObject({ datatype: TYPES.Double, properties: { engUnit: 'kW' } });
    const data = await until('data', () => on('DDATA').length >= 2 && on('DDATA'));
    expect(data[0]?.metrics[0]).toMatchObject({ alias: power?.alias });
    expect(data.map((payload) => payload.seq)).toEqual(data.map((_, i) => (i + 2) % 256));
    const births = on('NBIRTH').length;
    watcher.publish(
      'spBv1.0/Baoan/NCMD/EN-01',
      encodePayload({ timestamp: Date.now(), metrics: [{ name: 'Node Control/Rebirth', datatype: TYPES.Boolean, value: true }] }),
    );
    await until('rebirth', () => on('NBIRTH').length > births);
    await faults({ meters: { offline: true } });
    await until('device death', () => on('DDEATH').length > 0);
    await faults({ meters: { offline: false } });
  });
});

describe('the platform’s connectors', () => {
  const connectors = { opcua, 'modbus-tcp': modbus, mqtt: mqttJson, sparkplug };
  test.each(['a', 'b'] as const)(
    'take every tag of plant %s, good and within its range',
    async (plant) => {
      const seenTags = new Map<string, { readonly value: unknown; readonly quality: number }>();
      const tags = tagsOf(plant);
      const sessions: Session[] = [];
      for (const connection of await plantConnections(plant, folder)) {
        const connector: AnyConnector = connectors[connection.connector];
        const own = tags.filter((tag) => tag.source === connection.source);
        const session = await connector.open(
          connector.manifest.settings.parse(connection.settings),
          { password: '' },
          host(connection.source),
        );
        sessions.push(session);
        await session.subscribe(
          own.map(
            (tag) => ({ tagId: tags.indexOf(tag), address: tag.address, type: tag.type, samplePeriodMs: 1000 }) as TagRequest,
          ),
          async (samples) => {
            for (const { tagId, value, quality } of samples) seenTags.set(tags[tagId]?.name ?? '', { value, quality });
          },
        );
      }
      await until('all tags', () => tags.every((tag) => seenTags.has(tag.name)), 30_000);
      for (const session of sessions) await session.close();
      for (const tag of tags) {
        const { value, quality } = seenTags.get(tag.name) ?? {};
        expect(quality, tag.name).toBe(0);
        if (tag.type === 'wave') {
          expect((value as WaveValue).values).toHaveLength(48_000);
          continue;
        }
        const engineering = Number(value) * (tag.gain ?? 1) + (tag.offset ?? 0);
        expect(engineering, tag.name).toBeGreaterThanOrEqual(tag.low ?? Number.NEGATIVE_INFINITY);
        expect(engineering, tag.name).toBeLessThanOrEqual(tag.high ?? Number.POSITIVE_INFINITY);
      }
    },
    60_000,
  );

  const host = (name: string): ConnectorHost => ({
    connectionId: `00000000-0000-0000-0000-${name.padStart(12, '0').slice(-12)}`,
    async folder() {
      const own = join(folder, `connector-${name}`);
      mkdirSync(own, { recursive: true });
      return own;
    },
    log: () => {},
    event: () => {},
    inbound: () => () => {},
    follow: async () => () => {},
    offers: async () => [],
    command: async () => ({ ok: false }),
    kept: async () => undefined,
    keep: async () => {},
    certificate: async ({ fingerprint }) => {
      // what the seed would have trusted before the server was first seen
      const { fingerprint: known } = await stationCertificate(folder);
      return fingerprint === known ? 'trusted' : 'rejected';
    },
  });
});

describe('control interface', () => {
  test('tells the state, refuses nonsense with its reason, refuses browsers', async () => {
    const state = (await (await faults(undefined, 'GET')).json()) as Record<string, unknown>;
    expect(Object.keys(state)).toEqual(['airA', 'airB', 'pump1', 'pump2', 'pump3', 'meters']);
    const wrong = await faults({ pump1: { fault: 'tired' } });
    expect(wrong.status).toBe(400);
    expect(JSON.stringify(await wrong.json())).toContain('pump1');
    const page = await fetch(`http://127.0.0.1:${ports.control}/faults`, { headers: { origin: 'http://evil.example' } });
    expect(page.status).toBe(403);
  });

  test('a killed server comes back by itself', async () => {
    const pid = await until('pid', () => pidOf('pumps-modbus'));
    process.kill(pid, 'SIGKILL');
    await until('another process', () => {
      const now = pidOf('pumps-modbus');
      return now !== undefined && now !== pid;
    });
  });
});

/** Children of the started process, by the entry in their command line. */
function pidOf(name: string): number | undefined {
  const children = readFileSync(`/proc/${plants.pid}/task/${plants.pid}/children`, 'utf8').trim().split(' ');
  for (const pid of children) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(name)) return Number(pid);
    } catch {
      // it has just ended
    }
  }
  return undefined;
}
