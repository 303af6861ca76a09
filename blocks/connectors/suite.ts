/**
 * What every connector must do, tried against a real server of its protocol. A connector's test calls `connectorSuite` with a source
 * that it can start, stop and silence, and adds only what is special to its protocol.
 */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnyConnector,
  type ConnectionPart,
  ConnectorError,
  type Sample,
  type Session,
  type SourceValue,
  type TagRequest,
  type TagValueType,
} from '#blocks/sdk/connector.ts';
import { heapUsed } from './flood.testing.ts';
import { TestHost } from './host.testing.ts';

export { TestHost } from './host.testing.ts';

/** A real server of the protocol, under the test's control. It keeps its address over a restart. */
export interface TestSource {
  start(): Promise<void>;
  /** As when the power fails: sockets end. */
  stop(): Promise<void>;
  /** The socket stays open and values stop coming. */
  silence(on: boolean): Promise<void>;
  /** What the server really holds at the writable address. */
  written(): Promise<SourceValue | undefined>;
}

export interface ConnectorCase {
  readonly connector: AnyConnector;
  /** The source sends by itself to `TestHost.address`: that it is away is said by the age of its data alone. */
  readonly pushed?: boolean;
  readonly source: (host: TestHost) => Promise<TestSource>;
  readonly settings: () => Record<string, unknown>;
  readonly secrets?: Record<string, unknown>;
  /** Served while the source is not silent; `value` is what the server holds, undefined when it changes. */
  readonly tags: readonly { readonly address: string; readonly type: TagValueType; readonly value?: SourceValue }[];
  readonly writable?: { readonly address: string; readonly type: TagValueType; readonly value: number };
  readonly readOnly?: { readonly address: string; readonly type: TagValueType };
  /** Well-formed, but not at this source. */
  readonly absent: { readonly address: string; readonly type: TagValueType };
  readonly malformed: readonly string[];
  /** A folder with more nodes than a page, and how many. */
  readonly browse?: { readonly path: string; readonly count: number; readonly contains: string };
  readonly refused?: {
    readonly secrets?: Record<string, unknown>;
    readonly settings?: Record<string, unknown>;
    readonly part: ConnectionPart;
  };
  /** Sets the source's clock ahead (negative: behind), where the protocol lets it be asked for its time. */
  readonly clock?: (aheadMs: number) => void;
  /** Refuses everything, or sends what is no reading, as fast as it can; when it resolves, all is as before. */
  readonly flood?: (host: TestHost) => Promise<void>;
  /** Rest of what a run may leave in the process for a moment, ms. */
  readonly settleMs?: number;
}

/** Waits for a condition; the message says what did not come. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`did not happen within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Events of a flood: each tag and part is told of once or twice. */
const MOST_TOLD = 60;
/** Bytes that may stay of one. */
const MOST_KEPT = 4 << 20;
const CHINESE = /[\u4e00-\u9fff]/;
export const isGood = (sample: Sample) => sample.quality === 0 && sample.value !== undefined;
const openResources = () => {
  const counted: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Socket|TCP|Pipe|Timeout|Immediate|FSEvent/.test(kind)) counted[kind] = (counted[kind] ?? 0) + 1;
  }
  return counted;
};

export function connectorSuite(name: string, one: ConnectorCase): void {
  describe(`${name}: what every connector does`, () => {
    const host = new TestHost();
    const { connector } = one;
    let source: TestSource;
    const samples: Sample[] = [];
    const sink = async (more: readonly Sample[]) => {
      samples.push(...more);
    };
    const tags: TagRequest[] = one.tags.map((tag, i) => ({
      tagId: i + 1,
      address: tag.address,
      type: tag.type,
      samplePeriodMs: 100,
      confirmMs: 500,
    }));
    const open = (changed: { settings?: Record<string, unknown>; secrets?: Record<string, unknown> } = {}): Promise<Session> =>
      connector.open(
        connector.manifest.settings.parse({ ...one.settings(), ...changed.settings }),
        connector.manifest.secrets.parse({ ...one.secrets, ...changed.secrets }),
        host,
      );
    /** As the gateway does it: again until it opens. */
    const reopen = async (): Promise<Session> => {
      const end = Date.now() + 20_000;
      for (;;) {
        try {
          return await open();
        } catch (error) {
          if (Date.now() > end) throw error;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    };
    const fresh = async (what: string, ms = 15_000) => {
      const from = samples.length;
      const missing = () => tags.filter((tag) => !samples.slice(from).some((s) => s.tagId === tag.tagId && isGood(s)));
      const began = Date.now();
      await until(what, () => missing().length === 0, ms).catch((error: unknown) => {
        const still = missing().map((tag) => tag.address);
        const said = `${samples.length - from} samples in ${Date.now() - began} ms, none of ${still.join(', ')}`;
        throw new Error(`${what}: ${said}`, { cause: error });
      });
    };
    /** A source that sends by itself is known by what it sent. */
    const heard = async (session: Session) => {
      await session.subscribe(tags, sink);
      await fresh('values of every tag');
    };
    async function withSession(work: (session: Session) => Promise<void>): Promise<void> {
      const session = await reopen();
      try {
        await work(session);
      } finally {
        await session.close();
      }
    }

    beforeAll(async () => {
      source = await one.source(host);
      if (one.pushed) await source.start();
    });
    afterAll(async () => {
      await source.stop();
      await host.dispose();
    });

    if (!one.pushed)
      it('says which part failed when the source is absent, and works once it is there', async () => {
        const failure = await open().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(ConnectorError);
        expect(failure).toMatchObject({ part: 'network', code: 'network.refused', text: { zh: expect.stringMatching(CHINESE) } });
        await source.start();
        await withSession(async (session) => {
          await session.subscribe(tags, sink);
          await fresh('values of every tag');
        });
      });

    it('gives the right values with quality and time', async () => {
      await withSession(async (session) => {
        await session.subscribe(tags, sink);
        await fresh('values of every tag');
        for (const [i, tag] of one.tags.entries()) {
          const sample = samples.findLast((s) => s.tagId === i + 1);
          expect(sample?.quality, tag.address).toBe(0);
          if (tag.value !== undefined) expect(sample?.value, tag.address).toEqual(tag.value);
          expect(Math.abs(Date.now() - (sample?.time ?? 0)), `age of ${tag.address}`).toBeLessThan(60_000);
        }
      });
    });

    if (!one.pushed)
      it('survives a reboot of the source', async () => {
        let session = await reopen();
        try {
          await session.subscribe(tags, sink);
          await fresh('values before the reboot');
          host.events.length = 0;
          await source.stop();
          await until(
            'a sign of the loss',
            () => host.lost || samples.slice(-tags.length).some((s) => s.quality >= 0x80),
            20_000,
          );
          await source.start();
          if (host.lost) {
            await session.close();
            session = await reopen();
            await session.subscribe(tags, sink);
          }
          await fresh('values after the reboot', 40_000);
        } finally {
          await session.close();
        }
      });

    it('gives no good values while the source is silent on an open socket', async () => {
      let session = await reopen();
      try {
        await session.subscribe(tags, sink);
        await fresh('values before the silence');
        host.events.length = 0;
        await source.silence(true);
        await new Promise((resolve) => setTimeout(resolve, 500)); // what was under way arrives
        const from = samples.length;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        expect(samples.slice(from).filter(isGood)).toEqual([]);
        await source.silence(false);
        if (host.lost) {
          await session.close();
          session = await reopen();
          await session.subscribe(tags, sink);
        }
        await fresh('values after the silence', 40_000);
      } finally {
        await source.silence(false);
        await session.close();
      }
    });

    it('reads, and tells of an address that is not there', async () => {
      await withSession(async (session) => {
        if (one.pushed) await heard(session);
        const results = await session.read([...one.tags, one.absent]);
        one.tags.forEach((tag, i) => {
          expect(results[i]?.error, tag.address).toBeUndefined();
          if (tag.value !== undefined) expect(results[i]?.value, tag.address).toEqual(tag.value);
        });
        const absent = results.at(-1);
        expect(absent?.quality).toBeGreaterThanOrEqual(0x80);
        expect(absent?.error?.code).toMatch(/^[a-z]+\.[a-z-]+$/);
        expect(absent?.error?.reason.en.length).toBeGreaterThan(10);
        expect(absent?.error?.reason.zh).toMatch(CHINESE);
      });
    });

    it('serves the good addresses beside a bad one', async () => {
      await withSession(async (session) => {
        await session.subscribe([{ tagId: 99, ...one.absent, samplePeriodMs: 100, confirmMs: 500 }, ...tags], sink);
        await fresh('values of the good addresses');
        expect(samples.filter((s) => s.tagId === 99 && isGood(s))).toEqual([]);
      });
    });

    const { writable } = one;
    if (writable)
      it('writes and reads back what the device then holds', async () => {
        await withSession(async (session) => {
          const { address, type, value } = writable;
          const result = await session.write(address, value, type);
          expect(result).toMatchObject({ ok: true, readBack: value });
          expect(await source.written()).toBe(value);
          if (one.readOnly) {
            const refused = await session.write(one.readOnly.address, value, one.readOnly.type);
            expect(refused.ok).toBe(false);
            expect(refused.reason?.length).toBeGreaterThan(10);
          }
          const absent = await session.write(one.absent.address, value, one.absent.type);
          expect(absent.ok && absent.readBack === value).toBe(false);
        });
      });

    it('refuses malformed addresses with a sentence in both languages', () => {
      for (const address of one.malformed) {
        const check = connector.checkAddress(address, 'number');
        expect(check.ok, address).toBe(false);
        if (!check.ok) {
          expect(check.message.en.length).toBeGreaterThan(20);
          expect(check.message.zh).toMatch(CHINESE);
        }
      }
      for (const { address, type } of [...one.tags, ...(writable ? [writable] : []), one.absent]) {
        expect(connector.checkAddress(address, type), address).toEqual({ ok: true });
      }
    });

    const { browse } = one;
    if (browse)
      it('lists what there is, page by page, each node once', async () => {
        await withSession(async (session) => {
          if (one.pushed) await heard(session);
          const seen: string[] = [];
          let pages = 0;
          let page: string | undefined;
          do {
            const got = await session.browse(browse.path, page);
            seen.push(...got.nodes.map((node) => node.address ?? node.path));
            page = got.next;
            pages++;
          } while (page !== undefined && pages < 100);
          expect(pages).toBeGreaterThan(1);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.length).toBe(browse.count);
          expect(seen).toContain(browse.contains);
        });
      });

    const { refused } = one;
    if (refused)
      it('says so when the credentials are wrong', async () => {
        const failure = await open({ secrets: refused.secrets, settings: refused.settings }).then(
          async (session) => {
            await session.close();
            return undefined;
          },
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(ConnectorError);
        expect((failure as ConnectorError).part).toBe(refused.part);
        expect((failure as ConnectorError).message).not.toContain('undefined');
      });

    const { flood } = one;
    if (flood)
      it('bears a flood of refusals: told once, in bounded memory, and goes on', async () => {
        await withSession(async (session) => {
          await session.subscribe(tags, sink);
          await fresh('values before the flood');
          host.events.length = 0;
          samples.length = 0;
          const before = heapUsed();
          await flood(host);
          expect(host.events.length, JSON.stringify(host.events.slice(0, 5))).toBeLessThan(MOST_TOLD);
          samples.length = 0;
          expect(heapUsed() - before).toBeLessThan(MOST_KEPT);
          expect(host.lost).toBe(false);
          await fresh('values after the flood', 40_000);
        });
      });

    const { clock } = one;
    if (clock)
      it('tells how far the clock of the source is off, either way', async () => {
        try {
          for (const aheadMs of [2_000, -2_000]) {
            clock(aheadMs);
            host.events.length = 0;
            await withSession(async (session) => {
              await session.subscribe(tags, sink);
              const told = () => host.events.flatMap((event) => (event.kind === 'clock' ? [event.aheadMs] : []));
              await until('word of its clock', () => told().length > 0);
              expect(Math.abs((told()[0] ?? 0) - aheadMs), `${told()[0]} ms`).toBeLessThan(1_000);
            });
          }
        } finally {
          clock(0);
        }
      });

    it('tests itself part by part', async () => {
      await withSession(async (session) => {
        const [first] = one.tags;
        if (!first) throw new Error('a case has tags');
        if (one.pushed) await heard(session);
        const good = await session.test(first);
        expect(good.filter((part) => !part.ok)).toEqual([]);
        expect(good[0]?.part).toBe('network');
        const bad = await session.test(one.absent);
        expect(bad.at(-1)?.ok).toBe(false);
        expect(bad.at(-1)?.detail.en.length).toBeGreaterThan(10);
        expect(bad.at(-1)?.detail.zh).toMatch(CHINESE);
      });
    });

    it('leaves nothing behind when it is closed', async () => {
      const before = openResources();
      for (let i = 0; i < 3; i++) {
        await withSession(async (session) => {
          await session.subscribe(tags, sink);
          await fresh('values');
        });
      }
      const from = samples.length;
      await until(
        `open resources as before: ${JSON.stringify(before)} – ${JSON.stringify(openResources())}`,
        () => Object.entries(openResources()).every(([kind, count]) => kind === 'Timeout' || count <= (before[kind] ?? 0)),
        one.settleMs ?? 5000,
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(samples.length).toBe(from);
    });
  });
}
