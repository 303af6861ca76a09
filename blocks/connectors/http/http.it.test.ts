import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sample, Session } from '#blocks/sdk/connector.ts';
import { refusing } from '../flood.testing.ts';
import { connectorSuite, freePort, isGood, TestHost, until } from '../suite.ts';
import connector from './connector.ts';
import { WebService } from './server.testing.ts';

const PRESS = '/api/press';
function fill(service: WebService): void {
  service.documents.set('/api', () => Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`m${i}`, i])));
  service.documents.set(PRESS, () => ({
    ts: new Date().toISOString(),
    data: { force: 7.25, on: true, states: ['a', 'run'] },
    sp: service.setpoint,
  }));
  service.documents.set('/api/plain?unit=bar', () => '12.5');
}
let port = 0;
let running: WebService | undefined;

connectorSuite('http', {
  connector,
  source: async () => {
    port = await freePort();
    const service = new WebService(port);
    fill(service);
    running = service;
    return service;
  },
  settings: () => ({
    url: `http://127.0.0.1:${port}/api/`,
    sign: 'basic',
    username: 'mes',
    timeoutMs: 1000,
    explore: '',
  }),
  secrets: { secret: 'right' },
  tags: [
    { address: '/press#data.force@ts', type: 'number', value: 7.25 },
    { address: '/press#data.on', type: 'boolean', value: true },
    { address: '/press#data.states[1]', type: 'text', value: 'run' },
    { address: '/plain?unit=bar', type: 'number', value: 12.5 },
  ],
  writable: { address: '/press#sp>PUT /press/setpoint#press.sp', type: 'number', value: 720 },
  readOnly: { address: '/press#sp', type: 'number' },
  absent: { address: '/nothing#x', type: 'number' },
  malformed: ['', 'press#x', '//evil.example/#x', 'http://evil.example/#x', '/a#x@', '/a#x#y', '/a#x>', '/a#x>GET /b', '/a b#x'],
  flood: () =>
    refusing((on) => {
      if (running) running.status = on ? 500 : undefined;
    }),
  browse: { path: '', count: 130, contains: '#m7' },
  refused: { secrets: { secret: 'wrong' }, part: 'permission' },
});

describe('http: what a web service may do', () => {
  const host = new TestHost();
  let service: WebService;
  let session: Session;
  let samples: Sample[] = [];
  const settings = () =>
    connector.manifest.settings.parse({
      url: `http://127.0.0.1:${service.port}`,
      sign: 'basic',
      username: 'mes',
      timeoutMs: 10_000,
    });
  const tag = (tagId: number, address: string) => ({
    tagId,
    address,
    type: 'number' as const,
    samplePeriodMs: 100,
    confirmMs: 60_000,
  });
  const sink = async (more: readonly Sample[]) => {
    samples.push(...more);
  };
  beforeEach(async () => {
    service = new WebService(await freePort());
    fill(service);
    await service.start();
    host.events.length = 0;
    samples = [];
    session = await connector.open(settings(), { secret: 'right' }, host);
  });
  afterEach(async () => {
    await session.close();
    await service.stop();
  });

  it('asks once for all the tags of a document, on the grid of their period', async () => {
    service.requests = 0;
    await session.subscribe(
      Array.from({ length: 50 }, (_, i) => tag(i, `${PRESS}#data.force`)),
      sink,
    );
    await until('ten documents', () => samples.filter((s) => s.tagId === 7).length >= 10);
    expect(service.requests).toBeLessThanOrEqual(Math.ceil(samples.length / 50) + 1);
  });

  it('one failing path neither stops nor slows the others, and is asked ever more rarely', async () => {
    let fails = 0;
    service.documents.set('/bad', () => {
      fails++;
      return '{ "half": ';
    });
    await session.subscribe([tag(1, `${PRESS}#data.force`), tag(2, '/missing#x'), tag(3, '/bad#half')], sink);
    await until('the good path gives 20 values', () => samples.filter((s) => s.tagId === 1 && isGood(s)).length >= 20);
    expect(samples.filter((s) => s.tagId === 2 && isGood(s))).toEqual([]);
    expect(host.events).toContainEqual(expect.objectContaining({ kind: 'device', device: '/missing', state: 'failed' }));
    // half a document is a bad sample with its reason, not a dead path
    expect(host.events).toContainEqual(
      expect.objectContaining({ kind: 'address', tagId: 3, error: expect.objectContaining({ code: 'payload.json' }) }),
    );
    expect(fails).toBeGreaterThan(5);
    // in these two seconds and a bit: at once, after 1 s, after 2 s more; never twenty times as the good one
    expect(service.asked.get('/missing')).toBeLessThanOrEqual(5);
  });

  it.each([
    [301, 'http.redirect', 'http://elsewhere.example/'],
    [429, 'http.too-often', '429'],
    [503, 'http.status-503', '503'],
  ])('tells what status %d means', async (status, code, contains) => {
    service.status = status;
    const [result] = await session.read([{ address: `${PRESS}#data.force`, type: 'number' }]);
    expect(result?.error?.code).toBe(code);
    expect(result?.error?.reason.en).toContain(contains);
  });

  it('refuses an answer without end instead of keeping it', async () => {
    service.documents.set('/huge', () => 'x'.repeat(17 << 20));
    const [result] = await session.read([{ address: '/huge', type: 'text' }]);
    expect(result?.error?.code).toBe('http.too-long');
  });

  it('keeps credentials out of every message', async () => {
    service.status = 401;
    const parts = await session.test({ address: `${PRESS}#data.force`, type: 'number' });
    expect(parts.at(-1)).toMatchObject({ ok: false, part: 'permission' });
    expect(JSON.stringify(parts)).not.toContain('right');
    expect(() => connector.manifest.settings.parse({ url: 'http://user:word@host/' })).toThrow('user');
    expect(() => connector.manifest.settings.parse({ url: 'ftp://host/' })).toThrow();
  });
});
