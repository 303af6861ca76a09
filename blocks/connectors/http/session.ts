import { connectedTo, plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  type ReadResult,
  type SampleSink,
  type Session,
  type TagRequest,
  type TagValueType,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { quality } from '#runtime/batch/quality.ts';
import { pageOf } from '../page.ts';
import { fieldNodes } from '../payload/fields.ts';
import { JsonSamples } from '../payload/json-samples.ts';
import { objectAt } from '../payload/path.ts';
import { Payload, PayloadError } from '../payload/payload.ts';
import { asFailure, Polling } from '../polling.ts';
import { type Address, parseAddress } from './address.ts';
import type { HttpClient } from './request.ts';

/** No source is asked more often than this, whatever its tags want. */
const SHORTEST_PERIOD_MS = 100;

interface Wanted {
  readonly tag: TagRequest;
  readonly address: Address;
}

export class HttpSession implements Session {
  readonly #client: HttpClient;
  readonly #host: ConnectorHost;
  readonly #explore: string;
  readonly #samples: JsonSamples;
  #polling: Polling | undefined;

  constructor(client: HttpClient, host: ConnectorHost, explore: string) {
    this.#client = client;
    this.#host = host;
    this.#samples = new JsonSamples(host);
    this.#explore = explore;
  }

  /** Something answers, whatever it says of this path. */
  async start(): Promise<void> {
    try {
      await this.#client.ask('GET', this.#explore);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.part === 'network' || error.part === 'permission') throw error;
    }
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    await this.#polling?.close();
    const wanted = tags.flatMap((tag): Wanted[] => {
      const parsed = parseAddress(tag.address); // the gateway has checked and reported the others
      return parsed.ok ? [{ tag, address: parsed.address }] : [];
    });
    const groups = [...Map.groupBy(wanted, ({ address }) => address.path)].map(([path, own]) => ({
      name: path,
      tags: own.map(({ tag }) => tag),
      periodMs: Math.max(SHORTEST_PERIOD_MS, Math.min(...own.map(({ tag }) => tag.samplePeriodMs))),
      read: async (signal: AbortSignal) => {
        const { body } = await this.#client.ask('GET', path, { signal });
        const payload = new Payload(body);
        const arrived = Date.now();
        return own.map(({ tag, address }) => this.#samples.take(tag, address, payload, arrived));
      },
    }));
    this.#polling = new Polling(groups, sink, (event) => this.#host.event(event));
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    const documents = new Map<string, Promise<Payload>>();
    return Promise.all(
      addresses.map(async ({ address: text, type }): Promise<ReadResult> => {
        const parsed = parseAddress(text);
        if (!parsed.ok) return failed(parsed.code, parsed.message);
        const { path } = parsed.address;
        const document = documents.get(path) ?? this.#client.ask('GET', path).then(({ body }) => new Payload(body));
        documents.set(path, document);
        try {
          return (await document).take(parsed.address, type, Date.now());
        } catch (error) {
          const { code, text } = error instanceof PayloadError ? error : asFailure(error, this.#client.where);
          return failed(code, text);
        }
      }),
    );
  }

  async write(text: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return { ok: false, code: parsed.code, reason: parsed.message.en };
    const { command } = parsed.address;
    if (!command) {
      return {
        ok: false,
        code: 'address.read-only',
        reason: `“${text}” names no command. Add one after the address, for example >PUT /api/press/setpoint#force.`,
      };
    }
    try {
      await this.#client.ask(command.method, command.path, { body: JSON.stringify(objectAt(command.value, value)) });
    } catch (error) {
      const { code, text: said } = asFailure(error, this.#client.where);
      return { ok: false, code, reason: said.en };
    }
    const [back] = await this.read([{ address: text, type }]);
    if (back?.value !== undefined) return { ok: true, readBack: back.value };
    return { ok: true, ...(back?.error ? { code: back.error.code, reason: back.error.reason.en } : {}) };
  }

  async browse(path: string, page?: string): Promise<BrowsePage> {
    const at = path === '' ? `${this.#explore}#` : path;
    const [document = ''] = at.split('#');
    const { body } = await this.#client.ask('GET', document);
    return pageOf(fieldNodes(at, body), page);
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const parts: TestPart[] = [];
    const began = performance.now();
    const ms = () => performance.now() - began;
    try {
      await this.start();
      parts.push({ part: 'network', ok: true, detail: connectedTo(this.#client.where), ms: ms() });
    } catch (error) {
      const { part, code, text } = asFailure(error, this.#client.where);
      return [{ part, ok: false, code, detail: text, ms: ms() }];
    }
    if (!sample) return parts;
    const [result] = await this.read([sample]);
    if (result?.error) parts.push({ part: 'address', ok: false, code: result.error.code, detail: result.error.reason, ms: ms() });
    else parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${String(result?.value)}`), ms: ms() });
    return parts;
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#polling?.close();
  }
}

const failed = (code: string, reason: { readonly en: string; readonly zh: string }): ReadResult => ({
  quality: quality('bad', 'missing'),
  time: Date.now(),
  error: { code, reason },
});
