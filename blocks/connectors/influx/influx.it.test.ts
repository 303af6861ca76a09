import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, Sample, Session } from '#blocks/sdk/connector.ts';
import { badRequests } from '../flood.testing.ts';
import { connectorSuite, TestHost, type TestSource } from '../suite.ts';
import connector from './connector.ts';

const TOKEN = 'a-token-of-twenty-letters';

/** Writes as Telegraf's output `influxdb_v2` does: gzip, `Authorization: Token`, nanoseconds. */
class Sender implements TestSource {
  readonly #host: TestHost;
  #timer: NodeJS.Timeout | undefined;
  #silent = false;
  constructor(host: TestHost) {
    this.#host = host;
  }
  async start(): Promise<void> {
    const address = await this.#host.address();
    this.#timer = setInterval(() => {
      if (this.#silent) return;
      const ns = `${Date.now()}000000`;
      const lines = [
        `press,line=2,host=gw force=7.25,on=true,state="run",strokes=12485903i ${ns}`,
        `press,line=3,host=gw force=1 ${ns}`,
        ...Array.from({ length: 130 }, (_, i) => `many,n=${i} v=${i} ${ns}`),
      ];
      fetch(`${address}/api/v2/write?org=plant&bucket=plant&precision=ns`, {
        method: 'POST',
        headers: {
          authorization: `Token ${TOKEN}`,
          'content-encoding': 'gzip',
          'content-type': 'text/plain; charset=utf-8',
          'user-agent': 'Telegraf/1.30.0',
        },
        body: gzipSync(lines.join('\n')),
      }).then(
        (response) => response.arrayBuffer(),
        () => {}, // the address is gone at the end of the test
      );
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

connectorSuite('influx', {
  connector,
  pushed: true,
  source: async (host) => new Sender(host),
  settings: () => ({}),
  secrets: { token: TOKEN },
  tags: [
    { address: 'press,line=2#force', type: 'number', value: 7.25 },
    { address: 'press,line=2,host=gw#on', type: 'boolean', value: true },
    { address: 'press,line=2#state', type: 'text', value: 'run' },
    { address: 'press,line=2#strokes', type: 'integer', value: 12485903 },
  ],
  absent: { address: 'press,line=9#force', type: 'number' },
  malformed: ['', 'press', 'press#', '#force', 'press,line#force', 'press,line=#force', 'my press#force'],
  flood: async (host) =>
    badRequests(`${await host.address()}/api/v2/write?precision=ns`, { authorization: `Token ${TOKEN}` }, 'press,line force= ,,'),
  browse: { path: 'many', count: 130, contains: 'many,n=7#v' },
});

describe('influx: what senders send', () => {
  let host: TestHost;
  let session: Session;
  let address: string;
  let got: Sample[];
  let deliveries: (Delivery | undefined)[];
  let outcome: Promise<void>;
  const tag = (tagId: number, text: string) => ({
    tagId,
    address: text,
    type: 'number' as const,
    samplePeriodMs: 1000,
    confirmMs: 5000,
  });
  const send = (path: string, body: string, headers: Record<string, string> = { authorization: `Token ${TOKEN}` }) =>
    fetch(address + path, { method: 'POST', body, headers });

  beforeEach(async () => {
    host = new TestHost();
    got = [];
    deliveries = [];
    outcome = Promise.resolve();
    session = await connector.open(connector.manifest.settings.parse({}), { token: TOKEN }, host);
    address = await host.address();
    await session.subscribe([tag(1, 'cpu,cpu=cpu-total#usage_idle'), tag(2, 'mem#used_percent')], (samples, delivery) => {
      got.push(...samples);
      deliveries.push(delivery);
      return outcome;
    });
  });
  afterEach(async () => {
    await session.close();
    await host.dispose();
  });

  // what Telegraf 1.30 writes with inputs.cpu and inputs.mem (the examples of their documentation)
  const TELEGRAF = `cpu,cpu=cpu0,host=line1 usage_idle=98.1,usage_system=0.8 1710000000000000000
cpu,cpu=cpu-total,host=line1 usage_idle=97.44,usage_iowait=0,usage_system=1.1 1710000000000000000
mem,host=line1 active=5457813504i,available=11573370880i,total=16654659584i,used_percent=30.51 1710000000000000000
`;

  it('takes a Telegraf batch through both write interfaces', async () => {
    expect((await send('/api/v2/write?org=o&bucket=b', TELEGRAF)).status).toBe(204);
    expect((await send(`/write?db=telegraf&precision=ns&u=x&p=${TOKEN}`, TELEGRAF.replaceAll('17100', '17101'), {})).status).toBe(
      204,
    );
    expect(got.map(({ tagId, time, value }) => [tagId, time, value])).toEqual([
      [1, 1_710_000_000_000, 97.44],
      [2, 1_710_000_000_000, 30.51],
      [1, 1_710_100_000_000, 97.44],
      [2, 1_710_100_000_000, 30.51],
    ]);
  });

  it('answers only when the samples are safe, and asks for them again when they are not', async () => {
    const stored = Promise.withResolvers<void>();
    outcome = stored.promise;
    let answered: number | undefined;
    const sent = send('/api/v2/write', TELEGRAF).then((response) => {
      answered = response.status;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(got).toHaveLength(2);
    expect(answered).toBeUndefined();
    stored.reject(new Error('disk full'));
    await sent;
    expect(answered).toBe(503);
  });

  it('knows a batch that is sent again, and takes two without times as two', async () => {
    await send('/api/v2/write', TELEGRAF);
    await send('/api/v2/write', TELEGRAF);
    await send('/api/v2/write', 'mem used_percent=1');
    const [first, second, third] = deliveries;
    expect(first?.message).toMatchObject({ again: true });
    expect(second?.message?.print).toBe(first?.message?.print);
    expect(third?.message).toBeUndefined();
  });

  it('takes the good lines and names the bad ones', async () => {
    const response = await send(
      '/api/v2/write',
      'mem used_percent=1 1710000000000000000\nmem used_percent=oops\nmem used_percent=2 1710000001000000000',
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid', message: expect.stringContaining('line 2, column 18') });
    expect(got.map((s) => s.value)).toEqual([1, 2]);
  });

  it('lets nobody in without the token, and tells nobody what it is', async () => {
    for (const headers of [{}, { authorization: 'Token wrong' }, { authorization: `Basic ${btoa('a:wrong')}` }] as const) {
      const response = await send('/api/v2/write', TELEGRAF, headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain(TOKEN);
    }
    expect(got).toEqual([]);
  });

  it('refuses what is no line protocol, too long, or packed in an unknown way', async () => {
    expect((await send('/other', TELEGRAF)).status).toBe(404);
    expect((await send('/api/v2/write?precision=days', TELEGRAF)).status).toBe(400);
    const auth = { authorization: `Token ${TOKEN}` };
    expect((await send('/api/v2/write', TELEGRAF, { ...auth, 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send('/api/v2/write', TELEGRAF, { ...auth, 'content-encoding': 'zstd' })).status).toBe(415);
    // 17 MiB of zeros pack into 17 kB
    const bomb = gzipSync(Buffer.alloc(17 << 20));
    const response = await fetch(`${address}/api/v2/write`, {
      method: 'POST',
      body: bomb,
      headers: { ...auth, 'content-encoding': 'gzip' },
    });
    expect(response.status).toBe(413);
    expect(got).toEqual([]);
  });

  it('says at the tag when a value of another type comes, and goes on', async () => {
    await send('/api/v2/write', 'mem used_percent="full"');
    expect(got).toMatchObject([{ tagId: 2, quality: expect.toSatisfy((q: number) => q >= 0x80) }]);
    expect(host.events).toMatchObject([{ kind: 'address', tagId: 2, error: { code: 'payload.type' } }]);
    await send('/api/v2/write', 'mem used_percent=3');
    expect(host.events.at(-1)).toEqual({ kind: 'address', tagId: 2 });
  });
});
