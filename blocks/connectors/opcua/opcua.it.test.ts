import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '#blocks/sdk/connector.ts';
import { connectorSuite, freePort, isGood, TestHost, until } from '../suite.ts';
import connector from './connector.ts';
import { MANY, OpcuaTestServer } from './server.testing.ts';

let endpoint = '';
connectorSuite('opcua', {
  connector,
  source: async () => {
    const server = new OpcuaTestServer(await freePort());
    endpoint = server.endpoint;
    return server;
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
