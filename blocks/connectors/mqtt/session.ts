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
import { PayloadError } from '../payload/payload.ts';
import { isTemplated, templateAddressText } from './address.ts';
import { listTopics } from './browse.ts';
import { BrokerClient, type BrokerOptions, type Message } from './client.ts';
import { type CommandRules, sendCommand } from './commands.ts';
import { Listening } from './listening.ts';
import { Received } from './received.ts';
import { type Resolved, resolveAddress } from './resolve.ts';
import { SeenSignals } from './seen.ts';
import type { Template } from './template.ts';

interface Subscribed {
  readonly tag: TagRequest;
  readonly resolved: Resolved;
}
export interface Rules {
  readonly templates: ReadonlyMap<string, Template>;
  /** Of times without a zone. */
  readonly offsetMinutes: number;
  readonly commandQos: 0 | 1 | 2;
  /** Where browsing begins. */
  readonly root: string;
}
const READ_LIMIT_MS = 3000;
const LISTING_MS = 60_000;
/** Signals that nobody takes are named up to here. */
const MOST_NAMED = 5;

export class MqttSession implements Session {
  readonly #options: BrokerOptions;
  readonly #host: ConnectorHost;
  readonly #client: BrokerClient;
  readonly #rules: Rules;
  #byTopic = new Map<string, Subscribed[]>();
  /** What the broker was asked for. */
  #filters = new Set<string>();
  /** Addresses of templates that tags take, without units. */
  #taken = new Set<string>();
  readonly #seen: SeenSignals;
  #sink: SampleSink | undefined;
  /** Newest message per topic, for reads and read-backs. */
  readonly #newest = new Map<string, Received>();
  readonly #listening: Listening;
  readonly #samples: JsonSamples;
  #begun = false;
  /** What the broker kept for this client comes before the tags are known; unacknowledged, so the client bounds it. */
  #early: Message[] = [];
  #listing: { readonly path: string; readonly nodes: readonly BrowseNode[]; readonly at: number } | undefined;

  constructor(options: BrokerOptions, client: BrokerClient, host: ConnectorHost, rules: Rules) {
    this.#options = options;
    this.#client = client;
    this.#host = host;
    this.#rules = rules;
    this.#seen = new SeenSignals(rules.templates.values());
    this.#samples = new JsonSamples(host);
    this.#listening = new Listening(client, (topic) => this.#covered(topic));
    client.onMessage((message) => this.#receive(message));
    client.onLost((error) => host.event({ kind: 'lost', error }));
  }

  /** Does a subscription bring this topic already? */
  #covered(topic: string): boolean {
    return (
      this.#filters.has(topic) ||
      [...this.#rules.templates.values()].some(({ topic: { form, filter } }) => this.#filters.has(filter) && form.test(topic))
    );
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    const before = this.#filters;
    this.#byTopic = new Map();
    this.#taken = new Set();
    this.#sink = sink;
    for (const tag of tags) {
      const result = resolveAddress(tag.address, this.#rules.templates);
      if (!result.ok) {
        // the form was checked by the gateway; that the template is there can be known here alone
        const error = new ConnectorError('address', result.code, result.message);
        this.#host.event({ kind: 'address', tagId: tag.tagId, error });
        continue;
      }
      const { resolved } = result;
      if (resolved.of) {
        const { template, values, signal } = resolved.of;
        this.#taken.add(templateAddressText({ template: template.name, values, signal }));
      }
      const own = this.#byTopic.get(resolved.topic);
      if (own) own.push({ tag, resolved });
      else this.#byTopic.set(resolved.topic, [{ tag, resolved }]);
    }
    // a template is asked for as a whole: so what no tag takes is seen too
    const wide = [...this.#rules.templates.values()].map(({ topic }) => topic.filter);
    const narrow = [...this.#byTopic.keys()].filter((topic) => !this.#seen.covers(topic));
    this.#filters = new Set([...wide, ...narrow]);
    if (!this.#begun && !this.#client.resumed) {
      const tagIds = tags.map((tag) => tag.tagId);
      this.#host.event({ kind: 'gap', tagIds, reason: 'the broker has no session of this client any more' });
    }
    this.#begun = true;
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.#receive(message);
    await this.#client.unsubscribe([...before].filter((filter) => !this.#filters.has(filter)));
    const refused = await this.#client.subscribe([...this.#filters].filter((filter) => !before.has(filter)));
    for (const filter of refused) {
      const error = new ConnectorError('permission', 'mqtt.topic', topicRefused(filter));
      this.#filters.delete(filter);
      for (const [topic, own] of this.#byTopic)
        if (topic === filter || own.some(({ resolved }) => resolved.of?.template.topic.filter === filter))
          for (const { tag } of own) this.#host.event({ kind: 'address', tagId: tag.tagId, error });
    }
  }

  #receive(message: Message): void {
    const { topic, payload } = message;
    const tags = this.#byTopic.get(topic);
    this.#listening.told(message);
    if (!this.#begun) {
      this.#early.push(message);
      return;
    }
    const templated = this.#seen.covers(topic);
    if (!this.#sink || !(tags || templated)) {
      message.acknowledge(); // a topic of an older subscription that the broker still keeps, or of a read
      return;
    }
    const received = this.#received(message);
    this.#newest.set(topic, received);
    if (templated) this.#seen.note(topic, received);
    const { arrived } = received;
    const samples = (tags ?? []).flatMap(({ tag, resolved }) =>
      this.#samples.each(tag, arrived, () => resolved.take(received, tag.type)),
    );
    if (samples.length === 0) {
      message.acknowledge();
      return;
    }
    const { resendable, packetId, duplicate } = message;
    const known = packetId === undefined ? {} : { message: { print: printOf(topic, packetId, payload), again: duplicate } };
    this.#sink(samples, { resendable, ...known }).then(
      () => message.acknowledge(),
      (error) => this.#host.log('warn', 'message not logged; the broker will send it again', { topic, error: messageOf(error) }),
    );
  }
  #received(message: Message): Received {
    return new Received(message, Date.now(), this.#rules.offsetMinutes);
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return Promise.all(addresses.map(({ address, type }) => this.#readOne(address, type)));
  }

  /** Nothing can be asked of a device over MQTT: it is the newest message, or the retained or next one within three seconds. */
  async #readOne(text: string, type: TagValueType): Promise<ReadResult> {
    const result = resolveAddress(text, this.#rules.templates);
    if (!result.ok) return failed(result.code, result.message);
    const { resolved } = result;
    try {
      const known = this.#covered(resolved.topic) ? this.#newest.get(resolved.topic) : undefined;
      const taken = known && resolved.take(known, type).at(-1);
      if (taken) return taken;
      const { got, refused } = await this.#listening.next(
        resolved.topic,
        READ_LIMIT_MS,
        (message) => !resolved.of || this.#holds(resolved, message, type),
      );
      if (refused) return failed('mqtt.topic', topicRefused(resolved.topic));
      const message = await got;
      const heard = message && resolved.take(this.#received(message), type).at(-1);
      if (heard) return heard;
      const seconds = READ_LIMIT_MS / 1000;
      return failed('mqtt.silent', {
        en: `No message with it on “${resolved.topic}” within ${seconds} s.`,
        zh: `${seconds} 秒内在“${resolved.topic}”上没有收到相应消息。`,
      });
    } catch (error) {
      if (error instanceof PayloadError) return failed(error.code, error.text);
      throw error;
    }
  }
  /** Is the signal in this message, or what is wrong with it? */
  #holds(resolved: Resolved, message: Message, type: TagValueType): boolean {
    try {
      return resolved.take(this.#received(message), type).length > 0;
    } catch {
      return true; // the reason is told to whoever asked
    }
  }

  async write(text: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    const result = resolveAddress(text, this.#rules.templates);
    if (!result.ok) return { ok: false, code: result.code, reason: result.message.en };
    const { resolved } = result;
    if (!resolved.command) {
      const reason = resolved.of
        ? `Template “${resolved.of.template.name}” has no line “write”. Add one, for example write plant/{line}/set {"{signal}": "{value}"}.`
        : `“${text}” names no command topic. Add one after the address, for example >plant/a/pump/set#setpoint.`;
      return { ok: false, code: 'address.read-only', reason };
    }
    const rules: CommandRules = {
      qos: this.#rules.commandQos,
      connectionId: this.#host.connectionId,
      responseTopic: `millwright/${this.#options.clientId}/answers`,
    };
    const by = {
      client: this.#client,
      listening: this.#listening,
      rules,
      received: (message: Message) => this.#received(message),
    };
    const done = await sendCommand(by, resolved, value, type);
    if (done.readBack !== undefined || !done.ok || done.code === undefined) return done;
    // nothing new came: what was heard last is what the device holds
    const before = this.#newest.get(resolved.topic);
    try {
      const held = before && resolved.take(before, type).at(-1)?.value;
      return held === undefined ? done : { ...done, readBack: held };
    } catch (error) {
      if (error instanceof PayloadError) return done;
      throw error;
    }
  }

  async browse(path: string, page?: string): Promise<BrowsePage> {
    // later pages are of the same listing: listening again would give other topics
    const kept = this.#listing;
    const usable = page !== undefined && kept?.path === path && Date.now() - kept.at < LISTING_MS;
    const nodes = usable ? kept.nodes : await this.#list(path);
    this.#listing = { path, nodes, at: Date.now() };
    return pageOf(nodes, page);
  }

  async #list(path: string): Promise<readonly BrowseNode[]> {
    if (isTemplated(path)) return this.#seen.nodes(path);
    const topics = await listTopics(this.#options, this.#host, this.#rules.root, path);
    return path === '' ? [...this.#seen.nodes(''), ...topics] : topics;
  }

  /** What comes and nobody takes, and what is no reading. */
  #asideParts(): TestPart[] {
    const parts: TestPart[] = [];
    const unclaimed = this.#seen.unclaimed(this.#taken);
    const some = (list: readonly string[]) => `${list.slice(0, MOST_NAMED).join(', ')}${list.length > MOST_NAMED ? ', …' : ''}`;
    if (unclaimed.length > 0)
      parts.push({
        part: 'data',
        ok: true,
        detail: {
          en: `${unclaimed.length} signals come that no tag takes: ${some(unclaimed)}`,
          zh: `有 ${unclaimed.length} 个信号没有对应测点：${some(unclaimed)}`,
        },
        ms: 0,
      });
    const { aside } = this.#seen;
    if (aside.length > 0) {
      const named = some(aside.map(({ topic, count, code }) => `${topic} (${count} × ${code})`));
      const detail = { en: `Set aside, as it is no reading: ${named}`, zh: `不是有效读数，已搁置：${named}` };
      parts.push({ part: 'data', ok: true, detail, ms: 0 });
    }
    return parts;
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
    parts.push(...this.#asideParts());
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
    this.#listening.close();
    await this.#client.leave();
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
