import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sample, Session } from '#blocks/sdk/connector.ts';
import { freePort, TestHost, until } from '../suite.ts';
import { type Issued, testAuthority } from './authority.testing.ts';
import connector from './connector.ts';
import { Mosquitto } from './mosquitto.testing.ts';

const program = process.env.MILLWRIGHT_MOSQUITTO;
const TEMPLATES = `
template press
topic plant/{line}/{machine}/data
value data.{signal}.v
unit data.{signal}.u
time ts
tag {line}.{machine}.{signal}
write plant/{line}/{machine}/set {"{signal}": "{value}", "id": "{id}"}
ack plant/{line}/{machine}/ack status=ok id=id value=held

# a gateway that sends what changed, with what it kept meanwhile
template gateway
topic gw/{name}
list values
signal id
value v
time t ms
quality q=true
write gw/{name}/write [{"id": "{signal}", "v": "{value}"}]

template robot
topic robot/{n}/state
signal $user.axis
value deg
write robot/{n}/cmd {"{signal}": "{value}"}
ack response done=1
`;
const secrets = connector.manifest.secrets.parse({ password: 'right' });

describe.skipIf(!program).each(['3.1.1', '5'] as const)('mqtt %s: templates, against Mosquitto', (version) => {
  let broker: Mosquitto;
  let device: MqttClient;
  let host: TestHost;
  let session: Session;
  let samples: Sample[];
  /** What the device was told. */
  let commands: { topic: string; body: unknown; packet: IPublishPacket }[];
  let answer: (topic: string, body: { id?: string }, packet: IPublishPacket) => void;
  beforeAll(async () => {
    broker = new Mosquitto(program ?? '', await freePort());
    await broker.start();
    device = await mqtt.connectAsync({
      host: '127.0.0.1',
      port: broker.port,
      username: 'plant',
      password: 'right',
      protocolVersion: version === '5' ? 5 : 4,
    });
    device.on('message', (topic, payload, packet) => {
      const body = JSON.parse(payload.toString());
      commands.push({ topic, body, packet });
      answer(topic, body, packet);
    });
    await device.subscribeAsync(['plant/+/+/set', 'gw/+/write', 'robot/+/cmd'], { qos: 2 });
  });
  afterAll(async () => {
    await device?.endAsync(true);
    await broker?.stop();
    broker?.dispose();
  });
  const open = (settings: Record<string, unknown> = {}) =>
    connector.open(
      connector.manifest.settings.parse({
        host: '127.0.0.1',
        port: broker.port,
        username: 'plant',
        version,
        templates: TEMPLATES,
        ...settings,
      }),
      secrets,
      host,
    );
  beforeEach(async () => {
    host = new TestHost();
    samples = [];
    commands = [];
    answer = () => {};
    session = await open({ commandQos: '2', offset: '+08:00' });
  });
  afterEach(async () => {
    await session.close();
    await host.dispose();
  });
  const addresses = [
    '{press}L1/M3#temp (°C)',
    '{press}L1/M4#temp (°C)',
    '{gateway}G1#Ch1.Speed',
    '{robot}7#A1',
    '{nothing}x#y',
    '{press}L1#temp',
  ];
  const tags = addresses.map((address, i) => ({
    tagId: i + 1,
    address,
    type: 'number' as const,
    samplePeriodMs: 100,
    confirmMs: 60_000,
  }));
  const subscribe = () =>
    session.subscribe(tags, async (more) => {
      samples.push(...more);
    });
  const of = (tagId: number) => samples.filter((sample) => sample.tagId === tagId);
  const send = (topic: string, body: unknown, more: Parameters<MqttClient['publishAsync']>[2] = {}) =>
    device.publishAsync(topic, JSON.stringify(body), { qos: 1, ...more });
  const press = (v: number, u = '°C') => ({ ts: '2026-03-01 08:05:00', data: { temp: { v, u }, force: { v: 12 } } });

  it('reads many devices by one topic with variables: times with the zone of the setting, units checked, several readings in a message', async () => {
    await subscribe();
    await send('plant/L1/M3/data', press(61.5));
    await send('plant/L1/M4/data', press(143, '°F'));
    await send('gw/G1', {
      values: [
        { id: 'Ch1.Speed', v: 1480, q: true, t: 1_772_323_500_000 },
        { id: 'Ch1.Speed', v: 1482, q: false, t: 1_772_323_501_000 },
        { id: 'Ch1.Other', v: 1, q: true, t: 1_772_323_500_000 },
      ],
    });
    await until('all of it', () => of(1).length === 1 && of(2).length === 1 && of(3).length === 2);
    expect(of(1)).toMatchObject([{ time: 1_772_323_500_000, value: 61.5, quality: 0 }]);
    // not taken in the wrong unit, and the tag says why
    expect(of(2)).toMatchObject([{ quality: 0x89 }]);
    expect(of(2)[0]?.value).toBeUndefined();
    expect(host.events).toContainEqual(
      expect.objectContaining({ kind: 'address', tagId: 2, error: expect.objectContaining({ code: 'payload.unit' }) }),
    );
    expect(of(3)).toMatchObject([
      { time: 1_772_323_500_000, value: 1480, quality: 0 },
      { time: 1_772_323_501_000, value: 1482, quality: 0x87 }, // bad:sensor-fault
    ]);
    const codes = host.events.flatMap((event) =>
      event.kind === 'address' && event.error ? [[event.tagId, event.error.code]] : [],
    );
    expect(codes).toEqual(
      expect.arrayContaining([
        [5, 'mqtt.template'],
        [6, 'mqtt.variables'],
      ]),
    );
    // a message without the signal says nothing about it
    await send('gw/G1', { values: [{ id: 'Ch1.Other', v: 2, q: true, t: 1_772_323_502_000 }] });
    await send('plant/L1/M3/data', press(62));
    await until('the next', () => of(1).length === 2);
    expect(of(3)).toHaveLength(2);
  });

  it('shows what comes and no tag takes, proposes tags for it, and tells what is no reading', async () => {
    await subscribe();
    await send('plant/L2/M9/data', press(20));
    await send('gw/G1', { values: [{ v: 1 }, 7] });
    await device.publishAsync('gw/G2', 'not json', { qos: 1 });
    await send('plant/L1/M3/data', press(61));
    await until('the last', () => of(1).length > 0);
    // listening to all topics takes its time: once is enough
    const folders = version === '5' ? await session.browse('') : undefined;
    if (folders) expect(folders.nodes.slice(0, 3).map((node) => node.path)).toEqual(['{press}', '{gateway}', '{robot}']);
    const { nodes } = await session.browse('{press}');
    expect(nodes.find((node) => node.name === 'L2/M9/temp')).toMatchObject({
      address: '{press}L2/M9#temp (°C)',
      suggested: { name: 'L2.M9.temp', unit: '°C', type: 'number', access: 'rw' },
      value: '20',
    });
    const said = (await session.test()).map(({ detail }) => detail.en).join('\n');
    expect(said).toContain('{press}L2/M9#temp');
    expect(said).not.toContain('{press}L1/M3#temp,');
    expect(said).toContain('gw/G1 (2 × mqtt.no-signal values[1])');
    expect(said).toContain('gw/G2 (1 × payload.json)');
  });

  it('writes by a template: done when the device says so with the id, refused when it says no, unknown when it is silent', async () => {
    await subscribe();
    answer = (topic, { id }) => void send(topic.replace(/set$/, 'ack'), { id, status: 'ok', held: 65.5 });
    expect(await session.write('{press}L1/M3#temp', 65.5, 'number')).toEqual({ ok: true, readBack: 65.5 });
    expect(commands[0]).toMatchObject({
      topic: 'plant/L1/M3/set',
      body: { temp: 65.5, id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(commands[0]?.packet.qos).toBe(2);
    answer = (topic, { id }) => {
      void send(topic.replace(/set$/, 'ack'), { id: 'of another', status: 'ok', held: 1 });
      void send(topic.replace(/set$/, 'ack'), { id, status: 'interlocked' });
    };
    expect(await session.write('{press}L1/M3#temp', 70, 'number')).toMatchObject({
      ok: false,
      code: 'mqtt.refused',
      reason: expect.stringContaining('interlocked'),
    });
    if (version === '5') {
      answer = () => {};
      expect(await session.write('{press}L1/M4#temp', 70, 'number')).toMatchObject({ ok: true, code: 'mqtt.silent' });
    }
    // without “ack” the device's own report is the answer
    answer = (_topic, body) =>
      void send('gw/G1', {
        values: [{ id: 'Ch1.Speed', v: (body as unknown as { v: number }[])[0]?.v, q: true, t: Date.now() }],
      });
    expect(await session.write('{gateway}G1#Ch1.Speed', 1500, 'number')).toEqual({ ok: true, readBack: 1500 });
    expect(commands.at(-1)?.body).toEqual([{ id: 'Ch1.Speed', v: 1500 }]);
  });

  it(
    version === '5'
      ? 'uses user properties, response topics and an end of commands that nobody fetches'
      : 'says what needs MQTT 5',
    async () => {
      await subscribe();
      answer = (_topic, _body, { properties }) =>
        void device.publishAsync(properties?.responseTopic ?? 'nowhere', '{"done":1}', {
          qos: 1,
          properties: { correlationData: properties?.correlationData },
        });
      const written = await session.write('{robot}7#A1', 90, 'number');
      if (version === '3.1.1') {
        expect(written).toMatchObject({ ok: false, code: 'mqtt.version' });
        return;
      }
      expect(written).toEqual({ ok: true, readBack: 90 });
      expect(commands[0]?.packet.properties).toMatchObject({
        contentType: 'application/json',
        userProperties: { 'millwright-connection': host.connectionId },
      });
      expect(commands[0]?.packet.properties?.messageExpiryInterval).toBeLessThanOrEqual(10);
      await send('robot/7/state', { deg: 45 }, { properties: { userProperties: { axis: 'A1' } } });
      await until('by its property', () => of(4).length === 1);
      expect(of(4)).toMatchObject([{ value: 45, quality: 0 }]);
    },
  );

  it('takes a retained message without a time of its own as of unknown age', async () => {
    await send('kept/a', { v: 5 }, { retain: true });
    await send('kept/b', { v: 6, ts: '2026-03-01T00:05:00Z' }, { retain: true });
    await session.subscribe(
      [
        { tagId: 1, address: 'kept/a#v', type: 'number', samplePeriodMs: 100, confirmMs: 60_000 },
        { tagId: 2, address: 'kept/b#v@ts', type: 'number', samplePeriodMs: 100, confirmMs: 60_000 },
      ],
      async (more) => {
        samples.push(...more);
      },
    );
    await until('both', () => of(1).length === 1 && of(2).length === 1);
    expect(of(1)).toMatchObject([{ value: 5, quality: 0x41 }]); // uncertain:stale
    expect(of(2)).toMatchObject([{ value: 6, quality: 0, time: 1_772_323_500_000 }]);
    await send('kept/a', { v: 7 });
    await until('news', () => of(1).at(-1)?.value === 7);
    expect(of(1).at(-1)?.quality).toBe(0);
  });

  it('refuses a setting that is no template with its line', async () => {
    await expect(open({ templates: 'template x\ntopic a/#' })).rejects.toMatchObject({
      part: 'address',
      code: 'mqtt.template-line',
    });
  });
});

describe.skipIf(!program)('mqtt: TLS, against Mosquitto', () => {
  let authority: Awaited<ReturnType<typeof testAuthority>>;
  let client: Issued;
  const started: Mosquitto[] = [];
  beforeAll(async () => {
    authority = await testAuthority();
    client = await authority.issue(['millwright']);
  });
  afterEach(async () => {
    for (const broker of started.splice(0)) {
      await broker.stop();
      broker.dispose();
    }
  });
  const broker = async (server: Issued, clients = false) => {
    const made = new Mosquitto(program ?? '', await freePort(), { ca: authority.pem, server, clients });
    started.push(made);
    await made.start();
    return (settings: Record<string, unknown>, key = '') =>
      connector.open(
        connector.manifest.settings.parse({ host: '127.0.0.1', port: made.port, username: 'plant', tls: true, ...settings }),
        connector.manifest.secrets.parse({ password: 'right', key }),
        new TestHost(),
      );
  };

  it('trusts what the given authority signed for this name, and nothing else', async () => {
    const open = await broker(await authority.issue(['127.0.0.1']));
    await (await open({ ca: authority.pem })).close();
    const other = await testAuthority('Another authority');
    await expect(open({ ca: other.pem })).rejects.toMatchObject({ part: 'certificate', code: 'certificate.authority' });
    await expect(open({ ca: 'no pem' })).rejects.toMatchObject({ part: 'certificate' });
    const named = await broker(await authority.issue(['broker.example']));
    await expect(named({ ca: authority.pem })).rejects.toMatchObject({ part: 'certificate', code: 'certificate.name' });
    const over = await broker(await authority.issue(['127.0.0.1'], { over: true }));
    await expect(over({ ca: authority.pem })).rejects.toMatchObject({ part: 'certificate', code: 'certificate.expired' });
  });

  it('shows its own certificate to a broker that asks for one', async () => {
    const open = await broker(await authority.issue(['127.0.0.1']), true);
    await (await open({ ca: authority.pem, certificate: client.certificate }, client.key)).close();
    await expect(open({ ca: authority.pem })).rejects.toMatchObject({ part: expect.stringMatching(/certificate|network/) });
  });
});
