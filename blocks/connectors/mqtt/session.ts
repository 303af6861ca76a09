import { createHash } from 'node:crypto';
import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import { connectedTo, driverSaid, plain, topicRefused } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  messageOf,
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
import { JsonSamples } from '../payload/json-samples.ts';
import { objectAt } from '../payload/path.ts';
import { Payload, PayloadError, type Taken } from '../payload/payload.ts';
import { type Address, parseAddress } from './address.ts';
import { listTopics } from './browse.ts';
import { BrokerClient, type BrokerOptions, type Message } from './client.ts';

interface Subscribed {
  readonly tag: TagRequest;
  readonly address: Address;
}
const READ_LIMIT_MS = 3000;
const LISTING_MS = 60_000;

export class MqttSession implements Session {
  readonly #options: BrokerOptions;
  readonly #host: ConnectorHost;
  readonly #client: BrokerClient;
  readonly #browseRoot: string;
  #byTopic = new Map<string, Subscribed[]>();
  #sink: SampleSink | undefined;
  /** Newest value per topic, for reads and read-backs. */
  readonly #newest = new Map<string, { readonly payload: Buffer; readonly time: number }>();
  readonly #waiting = new Map<string, Set<(payload: Buffer) => void>>();
  readonly #samples: JsonSamples;
  #begun = false;
  /** What the broker kept for this client comes before the tags are known; unacknowledged, so the client bounds it. */
  #early: Message[] = [];
  #listing: { readonly path: string; readonly nodes: readonly BrowseNode[]; readonly at: number } | undefined;

  constructor(options: BrokerOptions, client: BrokerClient, host: ConnectorHost, browseRoot: string) {
    this.#options = options;
    this.#client = client;
    this.#host = host;
    this.#samples = new JsonSamples(host);
    this.#browseRoot = browseRoot;
    client.onMessage((message) => this.#receive(message));
    client.onLost((error) => host.event({ kind: 'lost', error }));
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    const before = new Set(this.#byTopic.keys());
    this.#byTopic = new Map();
    this.#sink = sink;
    for (const tag of tags) {
      const parsed = parseAddress(tag.address);
      if (!parsed.ok) continue; // the gateway has checked and reported it
      const own = this.#byTopic.get(parsed.address.topic);
      if (own) own.push({ tag, address: parsed.address });
      else this.#byTopic.set(parsed.address.topic, [{ tag, address: parsed.address }]);
    }
    if (!this.#begun && !this.#client.resumed) {
      const tagIds = tags.map((tag) => tag.tagId);
      this.#host.event({ kind: 'gap', tagIds, reason: 'the broker has no session of this client any more' });
    }
    this.#begun = true;
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.#receive(message);
    await this.#client.unsubscribe([...before].filter((topic) => !this.#byTopic.has(topic)));
    const refused = await this.#client.subscribe([...this.#byTopic.keys()].filter((topic) => !before.has(topic)));
    for (const topic of refused) {
      const error = new ConnectorError('permission', 'mqtt.topic', topicRefused(topic));
      for (const { tag } of this.#byTopic.get(topic) ?? []) this.#host.event({ kind: 'address', tagId: tag.tagId, error });
    }
  }

  #receive(message: Message): void {
    const { topic, payload } = message;
    const arrived = Date.now();
    this.#newest.set(topic, { payload, time: arrived });
    for (const give of this.#waiting.get(topic) ?? []) give(payload);
    const tags = this.#byTopic.get(topic);
    if (!this.#begun) {
      this.#early.push(message);
      return;
    }
    if (!tags || !this.#sink) {
      message.acknowledge(); // a topic of an older subscription that the broker still keeps, or of a read
      return;
    }
    const parsed = new Payload(payload);
    const samples = tags.map(({ tag, address }) => this.#samples.take(tag, address, parsed, arrived));
    const { resendable, packetId, duplicate } = message;
    const known = packetId === undefined ? {} : { message: { print: printOf(topic, packetId, payload), again: duplicate } };
    this.#sink(samples, { resendable, ...known }).then(
      () => message.acknowledge(),
      (error) => this.#host.log('warn', 'message not logged; the broker will send it again', { topic, error: messageOf(error) }),
    );
  }

  /** The next payload of a topic; undefined when none comes in time. */
  #next(
    topic: string,
    ms: number,
    wanted: (payload: Buffer) => boolean = () => true,
  ): { got: Promise<Buffer | undefined>; stop: () => void } {
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    const listeners = this.#waiting.get(topic) ?? new Set();
    this.#waiting.set(topic, listeners);
    const give = (payload: Buffer) => {
      if (wanted(payload)) end(payload);
    };
    const end = (payload?: Buffer) => {
      clearTimeout(timer);
      listeners.delete(give);
      if (listeners.size === 0) this.#waiting.delete(topic);
      resolve(payload);
    };
    const timer = setTimeout(end, ms);
    listeners.add(give);
    return { got: promise, stop: () => end() };
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return Promise.all(addresses.map(({ address, type }) => this.#readOne(address, type)));
  }

  /** Nothing can be asked of a device over MQTT: it is the newest message, or the retained or next one within three seconds. */
  async #readOne(text: string, type: TagValueType): Promise<ReadResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return failed(parsed.code, parsed.message);
    const { address } = parsed;
    const subscribed = this.#byTopic.has(address.topic);
    let newest = subscribed ? this.#newest.get(address.topic) : undefined;
    if (!newest) {
      const { got, stop } = this.#next(address.topic, READ_LIMIT_MS);
      if (!subscribed) {
        const refused = await this.#client.subscribe([address.topic]);
        if (refused.length > 0) {
          stop();
          return failed('mqtt.topic', topicRefused(address.topic));
        }
      }
      const payload = await got;
      if (!subscribed && !this.#byTopic.has(address.topic)) await this.#client.unsubscribe([address.topic]);
      if (!payload) {
        const seconds = READ_LIMIT_MS / 1000;
        return failed('mqtt.silent', {
          en: `No message on “${address.topic}” within ${seconds} s.`,
          zh: `${seconds} 秒内在“${address.topic}”上没有收到消息。`,
        });
      }
      newest = { payload, time: Date.now() };
    }
    try {
      const result: Taken = new Payload(newest.payload).take(address, type, newest.time);
      return { value: result.value, quality: result.quality, time: result.time };
    } catch (error) {
      if (error instanceof PayloadError) return failed(error.code, error.text);
      throw error;
    }
  }

  async write(text: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return { ok: false, code: parsed.code, reason: parsed.message.en };
    const { address } = parsed;
    const { command } = address;
    if (!command) {
      return {
        ok: false,
        code: 'address.read-only',
        reason: `“${text}” names no command topic. Add one after the address, for example >plant/a/pump/set#setpoint.`,
      };
    }
    const equals = (payload: Buffer) => {
      try {
        return new Payload(payload).take(address, type, 0).value === value;
      } catch {
        return false; // not the echo that is waited for
      }
    };
    // the device's own report of the value is the read-back; it may come before the broker's acknowledgement
    const { got, stop } = this.#next(address.topic, READ_LIMIT_MS, equals);
    const listen = !this.#byTopic.has(address.topic);
    try {
      if (listen) await this.#client.subscribe([address.topic]);
      await this.#client.publish(command.topic, JSON.stringify(objectAt(command.value, value)), { qos: 1 });
    } catch (error) {
      stop();
      return { ok: false, code: 'mqtt.publish', reason: `The broker did not take the command: ${messageOf(error)}` };
    }
    const echo = await got;
    if (listen && !this.#byTopic.has(address.topic)) await this.#client.unsubscribe([address.topic]);
    if (echo) return { ok: true, readBack: value };
    const last = this.#newest.get(address.topic);
    if (last) {
      try {
        return { ok: true, readBack: new Payload(last.payload).take(address, type, last.time).value };
      } catch {
        // the newest message holds no such value: told below
      }
    }
    return {
      ok: true,
      code: 'mqtt.silent',
      reason: `Sent, but “${address.topic}” did not report a value within ${READ_LIMIT_MS / 1000} s.`,
    };
  }

  async browse(path: string, page?: string): Promise<BrowsePage> {
    // later pages are of the same listing: listening again would give other topics
    const kept = this.#listing;
    const usable = page !== undefined && kept?.path === path && Date.now() - kept.at < LISTING_MS;
    const nodes = usable ? kept.nodes : await listTopics(this.#options, this.#host, this.#browseRoot, path);
    this.#listing = { path, nodes, at: Date.now() };
    return pageOf(nodes, page);
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const where = `${this.#options.host}:${this.#options.port}`;
    const parts: TestPart[] = [];
    const began = performance.now();
    try {
      const clientId = `${this.#options.clientId.slice(0, 16)}-t${Date.now() % 10_000}`;
      const client = await BrokerClient.connect({ ...this.#options, persistent: false, clientId }, this.#host);
      await client.close();
      const ms = performance.now() - began;
      parts.push({ part: 'network', ok: true, detail: connectedTo(where), ms });
      parts.push({ part: 'permission', ok: true, detail: { en: 'The broker accepts the user.', zh: '代理接受该用户。' }, ms: 0 });
    } catch (error) {
      const failure =
        error instanceof ConnectorError
          ? error
          : new ConnectorError('session', 'mqtt.failed', driverSaid(where, messageOf(error)));
      parts.push({ part: failure.part, ok: false, code: failure.code, detail: failure.text, ms: performance.now() - began });
      return parts;
    }
    if (!sample) return parts;
    const started = performance.now();
    const result = await this.#readOne(sample.address, sample.type);
    const ms = performance.now() - started;
    if (!result.error) parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${shown(result.value)}`), ms });
    else {
      const part = result.error.code === 'mqtt.silent' ? 'data' : result.error.code === 'mqtt.topic' ? 'permission' : 'address';
      parts.push({ part, ok: false, code: result.error.code, detail: result.error.reason, ms });
    }
    return parts;
  }

  async close(): Promise<void> {
    this.#sink = undefined;
    for (const listeners of this.#waiting.values()) for (const give of listeners) give(Buffer.alloc(0));
    await this.#client.close();
  }
}

/** The packet id tells equal messages apart; a broker that sends one again must use the same (MQTT 3.1.1, 4.4). */
const printOf = (topic: string, packetId: number, payload: Buffer): bigint =>
  createHash('sha1').update(`${packetId} ${topic}\0`).update(payload).digest().readBigUInt64LE();

const failed = (code: string, reason: Bilingual): ReadResult => ({
  quality: quality('bad', 'missing'),
  time: Date.now(),
  error: { code, reason },
});
const shown = (value: ReadResult['value']) =>
  typeof value === 'object' ? `${value.values.length} points at ${value.rate} Hz` : String(value);
