import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Sample } from '#blocks/sdk/connector.ts';
import { badRequests } from '../flood.testing.ts';
import { connectorSuite, TestHost, type TestSource } from '../suite.ts';
import connector from './connector.ts';

const SECRET = 'a-secret-of-twenty-letters';

class Sender implements TestSource {
  readonly #host: TestHost;
  #timer: NodeJS.Timeout | undefined;
  #silent = false;
  constructor(host: TestHost) {
    this.#host = host;
  }
  async start(): Promise<void> {
    const address = await this.#host.address();
    const post = (path: string, body: unknown) =>
      fetch(address + path, { method: 'POST', headers: { authorization: `Bearer ${SECRET}` }, body: JSON.stringify(body) }).then(
        (response) => response.arrayBuffer(),
        () => {}, // the address is gone at the end of the test
      );
    this.#timer = setInterval(() => {
      if (this.#silent) return;
      post('/orders', { ts: new Date().toISOString(), data: { quantity: 12, rush: true, item: 'bolt' } });
      post('/many', Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`m${i}`, i])));
    }, 60);
  }
  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
  async silence(on: boolean): Promise<void> {
    this.#silent = on;
  }
  async written(): Promise<undefined> {
    return undefined;
  }
}

connectorSuite('webhook', {
  connector,
  pushed: true,
  source: async (host) => new Sender(host),
  settings: () => ({}),
  secrets: { secret: SECRET },
  tags: [
    { address: '/orders#data.quantity@ts', type: 'number', value: 12 },
    { address: '/orders#data.rush', type: 'boolean', value: true },
    { address: '/orders#data.item', type: 'text', value: 'bolt' },
    { address: '/many#m7', type: 'integer', value: 7 },
  ],
  absent: { address: '/nothing#x', type: 'number' },
  malformed: ['', 'orders#x', '/orders#x@', '/orders#x#y', '/orders?x=1#y', '/orders#[x]'],
  flood: async (host) =>
    badRequests(`${await host.address()}/orders`, { authorization: `Bearer ${SECRET}` }, '{"data": no reading'),
  browse: { path: '/many', count: 130, contains: '/many#m7' },
});

describe('webhook: what may come', () => {
  async function opened(settings: Record<string, unknown>) {
    const host = new TestHost();
    const session = await connector.open(connector.manifest.settings.parse(settings), { secret: SECRET }, host);
    const got: Sample[] = [];
    await session.subscribe(
      [{ tagId: 1, address: '/a#v@t', type: 'number', samplePeriodMs: 1000, confirmMs: 5000 }],
      async (samples) => {
        got.push(...samples);
      },
    );
    const address = await host.address();
    return {
      got,
      host,
      send: (path: string, body: string, headers: Record<string, string> = {}, method = 'POST') =>
        fetch(address + path, { method, body: method === 'GET' ? undefined : body, headers }),
      async [Symbol.asyncDispose]() {
        await session.close();
        await host.dispose();
      },
    };
  }

  it('takes a list as its parts, in order', async () => {
    await using at = await opened({});
    const response = await at.send(`/a?token=${SECRET}`, '[{"v":1,"t":1700000000},{"v":2,"t":1700000001},{"w":3}]');
    expect(await response.json()).toEqual({ taken: 3 });
    expect(at.got.map(({ time, value }) => [time, value]).slice(0, 2)).toEqual([
      [1_700_000_000_000, 1],
      [1_700_000_001_000, 2],
    ]);
    expect(at.got[2]?.value).toBeUndefined();
    expect(at.host.events).toMatchObject([{ kind: 'address', tagId: 1, error: { code: 'payload.time' } }]);
  });

  it('checks a signature over the very bytes (the vector of GitHub’s documentation)', async () => {
    // docs.github.com, “Validating webhook deliveries”, testing: this secret and payload give this signature
    const signature = createHmac('sha256', "It's a Secret to Everybody").update('Hello, World!').digest('hex');
    expect(signature).toBe('757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17');
    await using at = await opened({ sign: 'signature' });
    const body = '{"v": 1, "t": 1700000000}';
    const sign = (text: string) => `sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`;
    expect((await at.send('/a', body, { 'x-hub-signature-256': sign(body) })).status).toBe(200);
    expect((await at.send('/a', body.replace('1,', '2,'), { 'x-hub-signature-256': sign(body) })).status).toBe(401);
    expect((await at.send(`/a?token=${SECRET}`, body)).status).toBe(401);
    expect(at.got.map((s) => s.value)).toEqual([1]);
  });

  it('refuses what is no JSON and other methods by name', async () => {
    await using at = await opened({});
    const auth = { authorization: `Bearer ${SECRET}` };
    expect((await at.send('/a', 'v=1', auth)).status).toBe(400);
    expect((await at.send('/a', '', auth, 'GET')).status).toBe(405);
    expect((await at.send('/a', '{"v":1}')).status).toBe(401);
    expect(at.got).toEqual([]);
  });
});
