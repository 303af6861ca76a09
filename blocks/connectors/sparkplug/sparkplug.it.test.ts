import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '#blocks/sdk/connector.ts';
import { badMessages } from '../flood.testing.ts';
import { BrokerWithDevice } from '../mqtt/broker.testing.ts';
import { connectorSuite, freePort, isGood, TestHost, until } from '../suite.ts';
import connector from './connector.ts';
import { decodePayload, encodePayload, type Metric, TYPES } from './payload.ts';

/** A small edge node with one device, by the specification: births on request, aliases in data, one sequence. */
class EdgeNode {
  setpoint = 650;
  temperature = -10;
  rebirths = 0;
  #seq = 0;
  #tick = 0;
  readonly subscribes = ['spBv1.0/G/NCMD/E', 'spBv1.0/G/DCMD/E/D'];

  #next(): number {
    const seq = this.#seq;
    this.#seq = (this.#seq + 1) % 256;
    return seq;
  }
  /** Skips a number, as a lost message does. */
  lose(): void {
    this.#next();
  }
  send(client: MqttClient, kind: string, metrics: Metric[], device = ''): void {
    const seq = kind === 'NDEATH' ? undefined : this.#next();
    client.publish(`spBv1.0/G/${kind}/E${device}`, encodePayload({ timestamp: Date.now(), seq, metrics }));
  }
  ready(client: MqttClient): void {
    this.#seq = 0;
    this.send(client, 'NBIRTH', [
      { name: 'bdSeq', datatype: TYPES.Int64, value: 7 },
      { name: 'Node Control/Rebirth', datatype: TYPES.Boolean, value: false },
      { name: 'Cabinet', alias: 1, datatype: TYPES.Int16, value: this.temperature },
    ]);
    const many: Metric[] = Array.from({ length: 130 }, (_, i) => ({ name: `Many/${i}`, datatype: TYPES.Int32, value: i }));
    this.send(
      client,
      'DBIRTH',
      [
        {
          name: 'Pressure',
          alias: 2,
          datatype: TYPES.Double,
          value: 7.25,
          properties: { engUnit: 'bar', engLow: 0, engHigh: 10 },
        },
        { name: 'Running', alias: 3, datatype: TYPES.Boolean, value: true },
        { name: 'Setpoint', alias: 4, datatype: TYPES.Float, value: this.setpoint },
        { name: 'Total', alias: 5, datatype: TYPES.UInt64, value: 9_007_199_254_740_991 },
        ...many,
      ],
      '/D',
    );
  }
  beat(client: MqttClient): void {
    this.#tick++;
    this.send(client, 'NDATA', [{ alias: 1, value: this.temperature, datatype: TYPES.Int16 }]);
    const alternating: Metric =
      this.#tick % 2
        ? { alias: 3, value: true, datatype: TYPES.Boolean }
        : { alias: 5, value: 9_007_199_254_740_991, datatype: TYPES.UInt64 };
    this.send(
      client,
      'DDATA',
      [{ alias: 2, value: 7.25, datatype: TYPES.Double }, { alias: 4, value: this.setpoint, datatype: TYPES.Float }, alternating],
      '/D',
    );
  }
  message(client: MqttClient, topic: string, payload: Buffer): void {
    const { metrics } = decodePayload(payload);
    if (metrics.some((m) => m.name === 'Node Control/Rebirth' && m.value === true)) {
      this.rebirths++;
      this.ready(client);
    }
    const write = metrics.find((m) => topic.includes('DCMD') && m.alias === 4);
    if (write) this.setpoint = Number(write.value);
  }
}

let port = 0;
const edge = new EdgeNode();
connectorSuite('sparkplug', {
  connector,
  source: async () => {
    port = await freePort();
    return new BrokerWithDevice(port, edge, () => edge.setpoint);
  },
  settings: () => ({ host: '127.0.0.1', port, username: 'plant', group: 'G', hostId: 'millwright' }),
  secrets: { password: 'right' },
  tags: [
    { address: 'G/E#Cabinet', type: 'integer', value: -10 },
    { address: 'G/E/D#Pressure', type: 'number', value: 7.25 },
    { address: 'G/E/D#Running', type: 'boolean', value: true },
    { address: 'G/E/D#Total', type: 'integer', value: 9_007_199_254_740_991 },
  ],
  writable: { address: 'G/E/D#Setpoint', type: 'number', value: 720 },
  absent: { address: 'G/E/D#Nothing', type: 'number' },
  malformed: ['', 'G/E', 'G#x', 'G/E/D/F#x', 'G//D#x', 'G/E#'],
  flood: () => badMessages(port, 'spBv1.0/G/DDATA/E/D', Buffer.from('no payload')),
  browse: { path: 'G/E/D', count: 134, contains: 'G/E/D#Many/42' },
  refused: { secrets: { password: 'wrong' }, part: 'permission' },
});

describe('sparkplug: births, deaths, gaps', () => {
  const node = new EdgeNode();
  let clientOf: MqttClient | undefined;
  const host = new TestHost();
  let source: BrokerWithDevice;
  beforeAll(async () => {
    source = new BrokerWithDevice(
      await freePort(),
      {
        subscribes: node.subscribes,
        ready: (client) => {
          clientOf = client;
        },
        beat: () => {},
        message: (client, topic, payload) => node.message(client, topic, payload),
      },
      () => undefined,
    );
    await source.start();
  });
  afterAll(() => source.stop());

  it('asks for a birth when it knows nothing, and again when a message is missing', async () => {
    const samples: Sample[] = [];
    const settings = connector.manifest.settings.parse({
      host: '127.0.0.1',
      port: source.broker.port,
      username: 'plant',
      group: 'G',
    });
    const session = await connector.open(settings, connector.manifest.secrets.parse({ password: 'right' }), host);
    await session.subscribe(
      [
        { tagId: 1, address: 'G/E/D#Pressure', type: 'number', samplePeriodMs: 100, confirmMs: 60_000 },
        { tagId: 2, address: 'G/E#Cabinet', type: 'integer', samplePeriodMs: 100, confirmMs: 60_000 },
      ],
      async (more) => {
        samples.push(...more);
      },
    );
    await until('births give values', () => samples.filter(isGood).length >= 2);
    expect(node.rebirths).toBe(1);
    const client = clientOf;
    if (!client) throw new Error('no device');

    node.send(client, 'DDATA', [{ alias: 2, value: 7.5, datatype: TYPES.Double }], '/D');
    await until('a value by alias', () => samples.at(-1)?.value === 7.5);
    node.lose();
    node.send(client, 'DDATA', [{ alias: 2, value: 7.75, datatype: TYPES.Double }], '/D');
    await until('the gap is told', () => host.events.some((e) => e.kind === 'gap' && e.tagIds.includes(1)));
    await until('the node was asked again', () => node.rebirths >= 1 && samples.some((s) => s.value === 7.75));

    node.send(client, 'DDEATH', [], '/D');
    await until('bad:link of the device only', () => samples.at(-1)?.quality === 0x86);
    expect(samples.at(-1)?.tagId).toBe(1);
    node.send(client, 'NDEATH', [{ name: 'bdSeq', datatype: TYPES.Int64, value: 6 }]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(samples.findLast((s) => s.tagId === 2)?.quality).toBe(0); // a late death of an earlier life
    node.send(client, 'NDEATH', [{ name: 'bdSeq', datatype: TYPES.Int64, value: 7 }]);
    await until('bad:link of the node', () => samples.findLast((s) => s.tagId === 2)?.quality === 0x86);
    await session.close();
  });
});
