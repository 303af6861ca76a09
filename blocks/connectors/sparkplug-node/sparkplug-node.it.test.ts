import mqtt, { type MqttClient } from 'mqtt';
import tahu from 'sparkplug-payload';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sample, Session } from '#blocks/sdk/connector.ts';
import { Mosquitto } from '../mqtt/mosquitto.testing.ts';
import hostApplication from '../sparkplug/connector.ts';
import { freePort, TestHost, until } from '../suite.ts';
import connector from './connector.ts';

// The decoder and encoder of Eclipse Tahu, the specification's own project
const spb = tahu.get('spBv1.0');
if (!spb) throw new Error('sparkplug-payload without spBv1.0');

const program = process.env.MILLWRIGHT_MOSQUITTO;
const POINTS = `
Cabinet = Cabinet
Press 3#Motor/Speed = Speed
Press 3#Count = Count
Press 3#Running = Running
Press 3#Batch = Batch
Press 4#Temp = Temp
`;
interface Heard {
  readonly kind: string;
  readonly device: string | undefined;
  readonly qos: number;
  readonly retain: boolean;
  readonly payload: ReturnType<NonNullable<typeof spb>['decodePayload']>;
}
const secrets = connector.manifest.secrets.parse({ password: 'right' });

describe.skipIf(!program)('sparkplug edge node, against Mosquitto, decoded by Eclipse Tahu', () => {
  let broker: Mosquitto;
  let listener: MqttClient;
  let host: TestHost;
  let session: Session | undefined;
  let heard: Heard[];
  let node: string;
  let tests = 0;
  beforeAll(async () => {
    broker = new Mosquitto(program ?? '', await freePort());
    await broker.start();
    listener = await mqtt.connectAsync({ host: '127.0.0.1', port: broker.port, username: 'plant', password: 'right' });
    listener.on('message', (topic, bytes, { qos, retain }) => {
      const [, , kind = '', of, device] = topic.split('/');
      if (of !== node) return; // the end of the test before
      heard.push({ kind, device, qos, retain, payload: spb.decodePayload(bytes) });
    });
    await listener.subscribeAsync(
      ['NBIRTH', 'DBIRTH', 'NDATA', 'DDATA', 'NDEATH', 'DDEATH'].flatMap((kind) => [
        `spBv1.0/G/${kind}/+`,
        `spBv1.0/G/${kind}/+/+`,
      ]),
      { qos: 1 },
    );
  });
  afterAll(async () => {
    await listener?.endAsync(true);
    await broker?.stop();
    broker?.dispose();
  });
  beforeEach(() => {
    heard = [];
    node = `E${++tests}`;
    host = new TestHost();
    host.publish('Cabinet', 31.5, { unit: 'Cel' });
    host.publish('Speed', 1480.5);
    host.publish('Count', 7_000_000_000, { type: 'integer' });
    host.publish('Running', true);
    host.publish('Batch', '批 7');
    host.publish('Temp', 60);
    host.offered.push({ name: 'Speed', path: [], type: 'number', writable: true });
  });
  afterEach(async () => {
    await session?.close();
    session = undefined;
    await host.dispose();
  });
  const open = async (more: Record<string, unknown> = {}) => {
    const settings = {
      host: '127.0.0.1',
      port: broker.port,
      username: 'plant',
      group: 'G',
      node,
      points: POINTS,
      writes: 'Speed',
      ...more,
    };
    session = await connector.open(connector.manifest.settings.parse(settings), secrets, host);
    return session;
  };
  const of = (kind: string, device?: string) => heard.filter((one) => one.kind === kind && one.device === device);
  const metric = (one: Heard | undefined, name: string) => one?.payload.metrics?.find((m) => m.name === name);
  const born = async () => {
    await until('three births', () => of('NBIRTH').length > 0 && heard.filter((one) => one.kind === 'DBIRTH').length >= 2);
  };
  const command = (
    kind: 'NCMD' | 'DCMD',
    metrics: Parameters<NonNullable<typeof spb>['encodePayload']>[0]['metrics'],
    device = '',
  ) =>
    listener.publishAsync(
      `spBv1.0/G/${kind}/${node}${device}`,
      Buffer.from(spb.encodePayload({ timestamp: Date.now(), metrics })),
    );
  const seqs = () => heard.filter(({ kind }) => kind !== 'NDEATH').map(({ payload }) => Number(payload.seq));

  it('tck-id-topics-nbirth, payloads-nbirth-*: NBIRTH first with seq 0, timestamp, bdSeq and Node Control/Rebirth; QoS 0, not retained; then DBIRTHs', async () => {
    await open();
    await born();
    const [nbirth] = of('NBIRTH');
    expect(heard[0]).toBe(nbirth);
    expect(nbirth).toMatchObject({ qos: 0, retain: false });
    expect(Number(nbirth?.payload.seq)).toBe(0);
    expect(Math.abs(Date.now() - Number(nbirth?.payload.timestamp))).toBeLessThan(60_000);
    expect(metric(nbirth, 'bdSeq')).toMatchObject({ type: 'Int64' });
    expect(Number(metric(nbirth, 'bdSeq')?.value)).toBe(0);
    expect(metric(nbirth, 'Node Control/Rebirth')).toMatchObject({ type: 'Boolean', value: false });
    expect(metric(nbirth, 'Cabinet')).toMatchObject({
      type: 'Double',
      value: 31.5,
      properties: { engUnit: { type: 'String', value: 'Cel' }, Quality: { type: 'Int32', value: 192 } },
    });
    const [press3] = of('DBIRTH', 'Press 3');
    expect(metric(press3, 'Motor/Speed')).toMatchObject({ type: 'Double', value: 1480.5 });
    expect(Number(metric(press3, 'Count')?.value)).toBe(7_000_000_000);
    expect(metric(press3, 'Count')?.type).toBe('Int64');
    expect(metric(press3, 'Running')).toMatchObject({ type: 'Boolean', value: true });
    expect(metric(press3, 'Batch')).toMatchObject({ type: 'String', value: '批 7' });
    // tck-id-payloads-alias-uniqueness: over the node and its devices
    const aliases = heard.flatMap(
      ({ payload }) => payload.metrics?.flatMap((m) => (m.alias == null ? [] : [Number(m.alias)])) ?? [],
    );
    expect(new Set(aliases).size).toBe(aliases.length);
    expect(seqs()).toEqual([0, 1, 2]);
  });

  it('payloads-ndata/ddata-*: news by alias without name, one sequence over node and devices, quality and null told', async () => {
    await open();
    await born();
    const alias = Number(metric(of('DBIRTH', 'Press 3')[0], 'Motor/Speed')?.alias);
    host.publish('Speed', 1500);
    host.publish('Cabinet', 32);
    await until('data', () => of('DDATA', 'Press 3').length === 1 && of('NDATA').length === 1);
    const [ddata] = of('DDATA', 'Press 3');
    expect(ddata?.payload.metrics).toHaveLength(1);
    expect(ddata?.payload.metrics?.[0]).toMatchObject({ value: 1500, type: 'Double' });
    expect(ddata?.payload.metrics?.[0]?.name || undefined).toBeUndefined();
    expect(Number(ddata?.payload.metrics?.[0]?.alias)).toBe(alias);
    expect(of('NDATA')[0]?.payload.metrics?.[0]).toMatchObject({ value: 32 });
    host.publish('Speed', undefined, { quality: 0x81 });
    await until('staleness', () => of('DDATA', 'Press 3').length === 2);
    expect(of('DDATA', 'Press 3')[1]?.payload.metrics?.[0]).toMatchObject({
      value: null,
      properties: { Quality: { value: 500 } },
    });
    expect(seqs()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('operational-behavior-data-commands-rebirth-*: on NCMD Node Control/Rebirth everything is told again from seq 0 with the same bdSeq', async () => {
    await open();
    await born();
    host.publish('Speed', 1501);
    await until('data', () => of('DDATA', 'Press 3').length === 1);
    heard.length = 0;
    await command('NCMD', [{ name: 'Node Control/Rebirth', type: 'Boolean', value: true }]);
    await born();
    expect(seqs()).toEqual([0, 1, 2]);
    expect(Number(metric(of('NBIRTH')[0], 'bdSeq')?.value)).toBe(0);
    expect(metric(of('DBIRTH', 'Press 3')[0], 'Motor/Speed')?.value).toBe(1501);
  });

  it('payloads-ndeath-*: the will and the meant end carry the bdSeq of the birth, QoS 1, not retained, no seq; the next connection has the next one', async () => {
    const first = await open();
    await born();
    session = undefined;
    await first.close();
    await until('the death', () => of('NDEATH').length === 1);
    expect(of('NDEATH')[0]).toMatchObject({ qos: 1, retain: false });
    expect(of('NDEATH')[0]?.payload.metrics).toHaveLength(1);
    expect(Number(metric(of('NDEATH')[0], 'bdSeq')?.value)).toBe(0);
    expect(of('NDEATH')[0]?.payload.seq ?? undefined).toBeUndefined();
    heard.length = 0;
    const second = await open({ clientId: 'the-node' });
    await born();
    expect(Number(metric(of('NBIRTH')[0], 'bdSeq')?.value)).toBe(1);
    // another client takes its place: the broker ends the line and sends the will
    const thief = await mqtt.connectAsync({
      host: '127.0.0.1',
      port: broker.port,
      username: 'plant',
      password: 'right',
      clientId: 'the-node',
      reconnectPeriod: 0,
    });
    await until('the will', () => of('NDEATH').length === 1);
    expect(of('NDEATH')[0]).toMatchObject({ qos: 1, retain: false });
    expect(Number(metric(of('NDEATH')[0], 'bdSeq')?.value)).toBe(1);
    await until('the session knows', () => host.lost);
    await thief.endAsync(true);
    // 255 is followed by 0
    session = undefined;
    await second.close();
    await host.keep({ bdSeq: 255 });
    heard.length = 0;
    await open();
    await born();
    expect(Number(metric(of('NBIRTH')[0], 'bdSeq')?.value)).toBe(0);
  });

  it('payloads-ddeath-*: a device whose line is lost dies and is born again; the others go on', async () => {
    await open();
    await born();
    host.publish('Temp', undefined, { quality: 0x86 });
    await until('its death', () => of('DDEATH', 'Press 4').length === 1);
    expect(Number(of('DDEATH', 'Press 4')[0]?.payload.seq)).toBe(3);
    host.publish('Speed', 1502);
    await until('the other', () => of('DDATA', 'Press 3').length === 1);
    host.publish('Temp', 61);
    await until('born again', () => of('DBIRTH', 'Press 4').length === 2);
    expect(metric(of('DBIRTH', 'Press 4')[1], 'Temp')?.value).toBe(61);
    expect(of('DDATA', 'Press 4')).toEqual([]);
  });

  it('data commands go through the checks of every write; what may not be written is told again as it is', async () => {
    await open();
    await born();
    const alias = metric(of('DBIRTH', 'Press 3')[0], 'Motor/Speed')?.alias;
    await command('DCMD', [{ alias: Number(alias), type: 'Double', value: 1600 }], '/Press 3');
    await until('the wish', () => host.commands.length === 1);
    expect(host.commands).toEqual([{ name: 'Speed', value: 1600, by: `Sparkplug G/${node}` }]);
    await command('DCMD', [{ name: 'Running', type: 'Boolean', value: false }], '/Press 3');
    await until('its value again', () => of('DDATA', 'Press 3').length === 1);
    expect(of('DDATA', 'Press 3')[0]?.payload.metrics?.[0]).toMatchObject({ value: true });
    await command('DCMD', [{ name: 'Nothing', type: 'Double', value: 1 }], '/Press 3');
    await listener.publishAsync(`spBv1.0/G/DCMD/${node}/Press 3`, 'no payload');
    host.answer = { ok: false, code: 'out-of-limits' };
    await command('DCMD', [{ name: 'Motor/Speed', type: 'Double', value: 9e9 }], '/Press 3');
    await until('refused', () => host.commands.length === 2 && of('DDATA', 'Press 3').length === 2);
    expect(of('DDATA', 'Press 3')[1]?.payload.metrics?.[0]).toMatchObject({ value: 1480.5 });
  });

  it('message-flow-edge-node-birth-publish-phid-*: waits for its primary host, and dies with it', async () => {
    await open({ primaryHost: 'SCADA' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard).toEqual([]);
    const state = (online: boolean, timestamp: number) =>
      listener.publishAsync('spBv1.0/STATE/SCADA', JSON.stringify({ online, timestamp }), { qos: 1 });
    await state(true, 1000);
    await born();
    await state(false, 900); // of an earlier life
    host.publish('Speed', 1503);
    await until('data', () => of('DDATA', 'Press 3').length === 1);
    await state(false, 1000);
    await until('the death', () => of('NDEATH').length === 1);
    await until('the session is over', () => host.lost);
    host.publish('Speed', 1504);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(of('DDATA', 'Press 3')).toHaveLength(1);
  });

  it('is read and written by the host application of this product', async () => {
    await open();
    const reader = await hostApplication.open(
      hostApplication.manifest.settings.parse({
        host: '127.0.0.1',
        port: broker.port,
        username: 'plant',
        group: 'G',
        clientId: 'host',
      }),
      hostApplication.manifest.secrets.parse({ password: 'right' }),
      new TestHost(),
    );
    const samples: Sample[] = [];
    try {
      const tag = {
        tagId: 1,
        address: `G/${node}/Press 3#Motor/Speed`,
        type: 'number' as const,
        samplePeriodMs: 100,
        confirmMs: 60_000,
      };
      await reader.subscribe([tag], async (more) => {
        samples.push(...more);
      });
      await until('a value', () => samples.some((s) => s.value === 1480.5));
      const written = reader.write(`G/${node}/Press 3#Motor/Speed`, 1550, 'number');
      await until('the wish', () => host.commands.length === 1);
      host.publish('Speed', 1550);
      expect(await written).toEqual({ ok: true, readBack: 1550 });
    } finally {
      await reader.close();
    }
  });
});
