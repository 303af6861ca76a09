import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery, Sample } from '#blocks/sdk/connector.ts';
import { Door } from '../door.testing.ts';
import { connectorSuite, freePort, isGood, TestHost, until } from '../suite.ts';
import connector from './connector.ts';
import { MANY, OpcuaTestServer } from './server.testing.ts';

let endpoint = '';
let running: OpcuaTestServer | undefined;
connectorSuite('opcua', {
  connector,
  source: async () => {
    running = new OpcuaTestServer(await freePort());
    endpoint = running.endpoint;
    return running;
  },
  settings: () => ({ endpoint, security: 'encrypt', username: 'plant' }),
  secrets: { password: 'right' },
  tags: [
    { address: 'ns=1;s=Air.Pressure', type: 'number', value: 7.25 },
    { address: 'ns=1;s=Air.Ramp', type: 'number' },
    { address: 'ns=1;s=Air.On', type: 'boolean', value: true },
    { address: 'ns=1;s=Air.Total', type: 'integer', value: -10 },
    { address: 'ns=1;s=Air.Name', type: 'text', value: '空压机' },
  ],
  writable: { address: 'ns=1;s=Air.Setpoint', type: 'number', value: 720 },
  readOnly: { address: 'ns=1;s=Air.Pressure', type: 'number' },
  absent: { address: 'ns=1;s=Air.Nothing', type: 'number' },
  clock: (aheadMs) => {
    if (running) running.clockMs = aheadMs;
  },
  malformed: ['', 'Air.Pressure', 'ns=x;s=a', 'ns=1;q=a', 'ns=1;g=12'],
  browse: { path: 'ns=1;s=Many', count: MANY, contains: 'ns=1;s=Many.V42' },
  refused: { secrets: { password: 'wrong' }, part: 'permission' },
  settleMs: 15_000,
});

describe('opcua: certificates and units', () => {
  const host = new TestHost();
  let server: OpcuaTestServer;
  beforeAll(async () => {
    server = new OpcuaTestServer(await freePort());
    await server.start();
  });
  afterAll(async () => {
    await server.stop();
    await host.dispose();
  });
  const open = (security: 'none' | 'sign' | 'encrypt') =>
    connector.open(connector.manifest.settings.parse({ endpoint: server.endpoint, security }), { password: '' }, host);

  it('does not open a session on a certificate that nobody trusted, and does once a person did', async () => {
    host.decision = 'pending';
    await expect(open('encrypt')).rejects.toMatchObject({ part: 'certificate', code: 'certificate.untrusted' });
    expect(host.certificates[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(host.certificates[0]?.pem).toContain('BEGIN CERTIFICATE');
    host.decision = 'rejected';
    await expect(open('encrypt')).rejects.toMatchObject({ part: 'certificate', code: 'certificate.rejected' });
    host.decision = 'trusted';
    const session = await open('encrypt');
    const [read] = await session.read([{ address: 'ns=1;s=Air.Pressure', type: 'number' }]);
    expect(read?.value).toBe(7.25);
    await session.close();
    host.decision = 'rejected'; // trust taken back
    await expect(open('encrypt')).rejects.toMatchObject({ code: 'certificate.rejected' });
  });

  it('says so when the server has no such endpoint', async () => {
    await expect(open('sign')).rejects.toMatchObject({ part: 'session', code: 'opcua.no-endpoint' });
  });

  it('suggests unit, range, type and access; and gives source time and quality of a silent device', async () => {
    const session = await open('none');
    const { nodes } = await session.browse('ns=1;s=Air');
    const pressure = nodes.find((node) => node.name === 'Pressure');
    expect(pressure?.suggested).toEqual({ type: 'number', unit: 'bar', low: 0, high: 10, access: 'r' });
    expect(nodes.find((node) => node.name === 'Setpoint')?.suggested).toMatchObject({ access: 'rw' });
    const samples: Sample[] = [];
    await session.subscribe(
      [{ tagId: 1, address: 'ns=1;s=Air.Ramp', type: 'number', samplePeriodMs: 100, confirmMs: 500 }],
      async (more) => {
        samples.push(...more);
      },
    );
    await until('values', () => samples.filter(isGood).length > 5);
    await server.silence(true);
    await until('bad:link', () => samples.at(-1)?.quality === 0x86);
    await server.silence(false);
    await session.close();
  });
});

describe('opcua: what the server sent is not lost', () => {
  const host = new TestHost();
  const tag = { tagId: 1, address: 'ns=1;s=Air.Ramp', type: 'number' as const, samplePeriodMs: 100, confirmMs: 60_000 };
  let server: OpcuaTestServer;
  /** Shut as a cable that is pulled: what is under way is gone, and nothing new comes. */
  let way: Door;
  beforeAll(async () => {
    server = new OpcuaTestServer(await freePort());
    await server.start();
    way = new Door(await freePort(), { port: server.port, host: '127.0.0.1' });
    await way.open();
  });
  afterAll(async () => {
    await way.shut();
    await server.stop();
    await host.dispose();
  });
  const open = () => {
    const endpoint = `opc.tcp://127.0.0.1:${way.port}`;
    const settings = connector.manifest.settings.parse({ endpoint, security: 'encrypt', username: 'plant' });
    return connector.open(settings, { password: 'right' }, host);
  };

  it('brings what happened while the connection was cut', async () => {
    const samples: Sample[] = [];
    const sink = async (more: readonly Sample[]) => void samples.push(...more);
    const first = await open();
    await first.subscribe([tag], sink);
    await until('values', () => samples.filter(isGood).length > 5);
    host.events.length = 0;
    await way.shut();
    const cut = Date.now();
    await until('lost', () => host.lost);
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await way.open();
    const back = Date.now();
    const second = await open();
    await second.subscribe([tag], sink);
    await until('values of now', () => samples.some((s) => isGood(s) && s.time > back + 1000));
    await second.close();
    const times = samples
      .filter(isGood)
      .map((s) => s.time)
      .toSorted((a, b) => a - b);
    const holes = times.map((time, i) => time - (times[i - 1] ?? time));
    expect(back - cut).toBeGreaterThan(1900);
    expect(Math.max(...holes), 'longest hole').toBeLessThan(1000);
    expect(host.events.filter((event) => event.kind === 'gap')).toEqual([]);
  });

  it('acknowledges what is safe only: the rest comes again, marked, in another session', async () => {
    const before: Delivery[] = [];
    const after: Delivery[] = [];
    const dying = await open();
    await dying.subscribe([tag], (_samples, delivery) => {
      if (delivery) before.push(delivery);
      return new Promise(() => {}); // the process ends before the log has it
    });
    await until('messages', () => before.length > 4);
    await way.shut();
    await way.open();
    const next = await open();
    await next.subscribe([tag], async (_samples, delivery) => void after.push(delivery ?? {}));
    await until('new messages', () => after.some((delivery) => delivery.message && !delivery.message.again));
    const again = after.flatMap(({ message }) => (message?.again ? [message.print] : []));
    for (const { message } of before) expect(again).toContain(message?.print);
    await next.close();
    await dying.close();
  });

  it('says what it cannot bring back: a server that was restarted knows nothing of the subscription', async () => {
    const session = await open();
    await session.subscribe([tag], async () => {});
    await session.close();
    await server.stop();
    await server.start();
    host.events.length = 0;
    const again = await open();
    await again.subscribe([tag], async () => {});
    await again.close();
    expect(host.events.find((event) => event.kind === 'gap')).toMatchObject({ tagIds: [1] });
  });
});
