import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import { plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  type Delivery,
  type InboundAnswer,
  type InboundRequest,
  type ReadResult,
  type Sample,
  type SampleSink,
  type Session,
  type TagRequest,
  type TagValueType,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { quality } from '#runtime/batch/quality.ts';
import { pageOf } from '../page.ts';
import { refusal } from './receive.ts';

/** What one request brought for one address. */
export type Newest = Omit<ReadResult, 'error'>;

/** A protocol whose source sends by itself to the connection's own address. */
export interface PushProtocol {
  /** The tags that are wanted from now on. */
  want(tags: readonly TagRequest[]): void;
  /** Takes one request apart; `give` settles when the samples cannot be lost any more. */
  take(request: InboundRequest, give: (samples: readonly Sample[], delivery?: Delivery) => Promise<void>): Promise<InboundAnswer>;
  /** What was heard last at an address; undefined when nothing was. */
  newest(address: string, type: TagValueType): Newest | undefined;
  /** What came so far, as a person can make tags of. */
  heard(path: string): readonly BrowseNode[];
}

/** A session that waits. Whether its source is alive is said by the age of its data, as everywhere. */
export class PushSession implements Session {
  readonly #protocol: PushProtocol;
  readonly #where: string;
  readonly #leave: () => void;
  #sink: SampleSink | undefined;
  #last: number | undefined;

  constructor(protocol: PushProtocol, host: ConnectorHost) {
    this.#protocol = protocol;
    this.#where = `/in/${host.connectionId}`;
    this.#leave = host.inbound((request) => this.#receive(request));
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    this.#protocol.want(tags);
    this.#sink = sink;
  }

  async #receive(request: InboundRequest): Promise<InboundAnswer> {
    const sink = this.#sink;
    if (!sink) return refusal(503, 'starting', 'The connection is starting. Send it again.', { 'retry-after': '1' });
    try {
      return await this.#protocol.take(request, async (samples, delivery) => {
        this.#last = Date.now();
        if (samples.length > 0) await sink(samples, delivery);
      });
    } catch (error) {
      if (error instanceof ConnectorError) return refusal(400, error.code, error.text.en);
      // not safe yet: whoever sends keeps it and sends again
      return refusal(503, 'not-stored', 'The samples could not be stored. Send them again.', { 'retry-after': '2' });
    }
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return addresses.map(({ address, type }) => {
      try {
        const newest = this.#protocol.newest(address, type);
        return newest ?? failed('push.silent', nothingOf(address));
      } catch (error) {
        if (error instanceof ConnectorError) return failed(error.code, error.text);
        throw error;
      }
    });
  }

  async write(): Promise<WriteResult> {
    return { ok: false, code: 'address.read-only', reason: 'This source sends by itself and takes no values.' };
  }

  async browse(path: string, page?: string): Promise<BrowsePage> {
    return pageOf(this.#protocol.heard(path), page);
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const heard =
      this.#last === undefined
        ? { en: `Waits at ${this.#where}; nothing came yet.`, zh: `正在 ${this.#where} 等待；尚未收到数据。` }
        : {
            en: `Waits at ${this.#where}; the last message came ${Math.round((Date.now() - this.#last) / 1000)} s ago.`,
            zh: `正在 ${this.#where} 等待；上一条消息在 ${Math.round((Date.now() - this.#last) / 1000)} 秒前收到。`,
          };
    const parts: TestPart[] = [{ part: 'network', ok: true, detail: heard, ms: 0 }];
    if (!sample) return parts;
    const [result] = await this.read([sample]);
    if (result?.error) parts.push({ part: 'data', ok: false, code: result.error.code, detail: result.error.reason, ms: 0 });
    else parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${String(result?.value)}`), ms: 0 });
    return parts;
  }

  async close(): Promise<void> {
    this.#leave();
    this.#sink = undefined;
  }
}

const nothingOf = (address: string): Bilingual => ({
  en: `Nothing came for “${address}” since the connection opened. Check the sender, its address and its token.`,
  zh: `连接建立以来没有收到“${address}”的数据。请检查发送端及其地址与令牌。`,
});
const failed = (code: string, reason: Bilingual): ReadResult => ({
  quality: quality('bad', 'missing'),
  time: Date.now(),
  error: { code, reason },
});
