import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample, WaveValue } from '#blocks/sdk/connector.ts';
import { badMessages } from '../flood.testing.ts';
import { packWave } from '../payload/payload.ts';
import { connectorSuite, freePort, isGood, TestHost, until } from '../suite.ts';
import { type Broker, BrokerWithDevice, type Device, TestBroker } from './broker.testing.ts';
import connector from './connector.ts';
import { Mosquitto } from './mosquitto.testing.ts';

let setpoint = 650;
const wave: WaveValue = { t0: Date.now(), rate: 48_000, values: Float32Array.of(0.5, -0.25, 1) };
const device: Device = {
  subscribes: ['plant/valve/set'],
  message: (_client, _topic, payload) => {
    setpoint = JSON.parse(payload.toString()).sp;
  },
  ready: (client) => {
    for (let i = 0; i < 130; i++) client.publish(`many/t${i}`, '1', { retain: true });
  },
  beat: (client) => {
    const ts = new Date().toISOString();
    client.publish('plant/pump', JSON.stringify({ ts, data: { pressure: 7.25, on: true, states: ['a', 'run'] } }), {
      qos: 1,
    });
    client.publish('plant/plain', '12.5', { qos: 0 });
    client.publish('plant/valve', JSON.stringify({ sp: setpoint }), { qos: 1 });
    client.publish('plant/vibration', packWave({ ...wave, t0: Date.now() }), { qos: 1 });
  },
};

const suiteWith = (name: string, broker: (port: number) => Broker) => {
  let port = 0;
  connectorSuite(name, {
    connector,
    source: async () => {
      port = await freePort();
      return new BrokerWithDevice(port, device, () => setpoint, broker(port));
    },
    settings: () => ({ host: '127.0.0.1', port, username: 'plant' }),
    secrets: { password: 'right' },
    tags: [
      { address: 'plant/pump#data.pressure@ts', type: 'number', value: 7.25 },
      { address: 'plant/pump#data.on', type: 'boolean', value: true },
      { address: 'plant/pump#data.states[1]', type: 'text', value: 'run' },
      { address: 'plant/plain', type: 'number', value: 12.5 },
      { address: 'plant/vibration', type: 'wave' },
    ],
    writable: { address: 'plant/valve#sp>plant/valve/set#sp', type: 'number', value: 720 },
    readOnly: { address: 'plant/valve#sp', type: 'number' },
    absent: { address: 'plant/nothing#x', type: 'number' },
    malformed: ['', '#x', 'plant/+/x#y', 'plant/a#x@', 'plant/a#x#y', 'plant/a#x>', 'plant/a#[x]'],
    flood: () => badMessages(port, 'plant/pump', '{"ts": no reading'),
    browse: { path: 'many', count: 130, contains: 'many/t7' },
    refused: { secrets: { password: 'wrong' }, part: 'permission' },
  });
};

suiteWith('mqtt', (port) => new TestBroker(port));

const program = process.env.MILLWRIGHT_MOSQUITTO;
describe.skipIf(!program)('Mosquitto', () => {
  let broker: Mosquitto | undefined;
  suiteWith('mqtt: Mosquitto', (port) => {
    broker = new Mosquitto(program ?? '', port);
    return broker;
  });
  afterAll(() => broker?.dispose());
});

describe('mqtt: acknowledgement', () => {
  const host = new TestHost();
  let at: TestBroker;
  beforeAll(async () => {
    at = new TestBroker(await freePort());
    await at.start();
  });
  afterAll(async () => {
    await at.stop();
  });
  const open = () =>
    connector.open(
      connector.manifest.settings.parse({ host: '127.0.0.1', port: at.port, username: 'plant' }),
      connector.manifest.secrets.parse({ password: 'right' }),
      host,
    );
  const device = () => mqtt.connectAsync({ host: '127.0.0.1', port: at.port, username: 'plant', password: 'right' });
  const tag = { tagId: 1, address: 'q/a#v', type: 'number' as const, samplePeriodMs: 100, confirmMs: 60_000 };

  it('tells the broker only when the log has the message, many at once, and takes no message twice', async () => {
    const acknowledged: unknown[] = [];
    at.aedes?.on('ack', (packet) => acknowledged.push(packet));
    let letThrough = Promise.withResolvers<void>();
    const got: Sample[] = [];
    let session = await open();
    await session.subscribe([tag], (samples) => {
      got.push(...samples);
      return letThrough.promise;
    });
    const client = await device();
    for (let v = 0; v < 10; v++) await client.publishAsync('q/a', JSON.stringify({ v }), { qos: 1 });
    await until('ten messages wait for the log', () => got.length === 10);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(acknowledged).toEqual([]);
    // the gateway dies before the log has them: the broker gives all of them to the next session
    await session.close();
    letThrough = Promise.withResolvers();
    got.length = 0;
    session = await open();
    await session.subscribe([tag], (samples) => {
      got.push(...samples);
      return Promise.resolve();
    });
    await until('ten messages again', () => got.length === 10);
    expect(got.map((s) => s.value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await until('all acknowledged', () => acknowledged.length >= 10);
    await session.close();
    session = await open();
    await session.subscribe([tag], async (samples) => {
      got.push(...samples);
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(got).toHaveLength(10);
    await session.close();
    await client.endAsync();
  });

  it('takes a waveform of 48,000 points exactly, and marks payloads that hold no value', async () => {
    const values = Float32Array.from({ length: 48_000 }, (_, i) => Math.sin(i / 10));
    const got: Sample[] = [];
    const session = await open();
    await session.subscribe(
      [
        { tagId: 1, address: 'w/binary', type: 'wave', samplePeriodMs: 1000, confirmMs: 60_000 },
        { tagId: 2, address: 'w/json#wave', type: 'wave', samplePeriodMs: 1000, confirmMs: 60_000 },
        { tagId: 3, address: 'w/json#missing', type: 'number', samplePeriodMs: 1000, confirmMs: 60_000 },
      ],
      async (samples) => {
        got.push(...samples);
      },
    );
    const client = await device();
    await client.publishAsync('w/binary', packWave({ t0: 1_700_000_000_000, rate: 48_000, values }), { qos: 1 });
    await client.publishAsync('w/json', JSON.stringify({ wave: { t0: 1_700_000_000, rate: 10, values: [1, 2] } }), { qos: 1 });
    await until('three samples', () => got.length === 3);
    expect(got[0]).toMatchObject({ tagId: 1, time: 1_700_000_000_000, quality: 0 });
    expect(got[0]?.value).toMatchObject({ rate: 48_000, values });
    expect(got[1]?.value).toEqual({ t0: 1_700_000_000_000, rate: 10, values: Float32Array.of(1, 2) });
    expect(got[2]?.value).toBeUndefined();
    expect(got.filter(isGood)).toHaveLength(2);
    expect(host.events.findLast((e) => e.kind === 'address')).toMatchObject({ tagId: 3, error: { code: 'payload.missing' } });
    await client.publishAsync('w/binary', packWave({ t0: 1, rate: 48_000, values }).subarray(0, 1000), { qos: 1 });
    await until('a sample without value', () => got.length === 4);
    expect(got[3]?.quality).toBeGreaterThanOrEqual(0x80);
    await session.close();
    await client.endAsync();
  });
});
