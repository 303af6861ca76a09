import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import { connectedTo, plain, topicRefused } from '#blocks/sdk/connection-words.ts';
import {
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  messageOf,
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
import type { BrokerClient, BrokerOptions, Message } from '../mqtt/client.ts';
import { pageOf } from '../page.ts';
import { parseAddress, sourceOf } from './address.ts';
import { nodesBelow } from './browse.ts';
import { bornWithout, qualityOf, typed, wire } from './metrics.ts';
import { type Change, EdgeNodes, type KnownMetric } from './nodes.ts';
import { decodePayload, encodePayload, type Payload, TYPES } from './payload.ts';

export const NAMESPACE = 'spBv1.0';
const LINK_LOST = quality('bad', 'link');
const ANSWER_LIMIT_MS = 3000;
/** A node that cannot be understood is asked for its birth no more often than this. */
const REBIRTH_PAUSE_MS = 5000;

export class SparkplugSession implements Session {
  readonly #options: BrokerOptions;
  readonly #client: BrokerClient;
  readonly #host: ConnectorHost;
  readonly #group: string;
  readonly #state: { readonly topic: string; readonly since: number } | undefined;
  readonly #nodes = new EdgeNodes();
  /** Tags by source and metric: `group/node/device#metric`. */
  #tags = new Map<string, TagRequest[]>();
  #sink: SampleSink | undefined;
  readonly #asked = new Map<string, number>();
  /** When each metric's value was given last, by `source#metric`. */
  readonly #given = new Map<string, number>();
  #quietCheck: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    options: BrokerOptions,
    client: BrokerClient,
    host: ConnectorHost,
    group: string,
    state: { readonly topic: string; readonly since: number } | undefined,
  ) {
    this.#options = options;
    this.#client = client;
    this.#host = host;
    this.#group = group;
    this.#state = state;
    client.onMessage((message) => this.#receive(message));
    client.onLost((error) => host.event({ kind: 'lost', error }));
  }

  /** Listens to the namespace and tells the edge nodes that the host application is there. */
  async start(): Promise<void> {
    const filter = this.#group === '' ? `${NAMESPACE}/#` : `${NAMESPACE}/${this.#group}/#`;
    const refused = await this.#client.subscribe([filter]);
    if (refused.length > 0) {
      throw new ConnectorError('permission', 'mqtt.topic', topicRefused(filter));
    }
    if (this.#state) {
      const birth = JSON.stringify({ online: true, timestamp: this.#state.since });
      await this.#client.publish(this.#state.topic, birth, { qos: 1, retain: true });
    }
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    this.#sink = sink;
    this.#tags = new Map();
    const nodes = new Set<string>();
    for (const tag of tags) {
      const parsed = parseAddress(tag.address);
      if (!parsed.ok) continue; // the gateway has checked and reported it
      const { address } = parsed;
      nodes.add(`${address.group}/${address.node}`);
      const key = `${sourceOf(address)}#${address.metric}`;
      const own = this.#tags.get(key);
      if (own) own.push(tag);
      else this.#tags.set(key, [tag]);
    }
    // births are not retained: what is known already is given now, the rest is asked for
    for (const source of this.#nodes.sources()) {
      if (source.online)
        this.#give([...source.metrics.values()].map((metric) => ({ source: source.id, metric, time: metric.time })));
    }
    for (const node of nodes) if (!this.#nodes.source(node)?.online) this.#askBirth(node);
    this.#quietCheck ??= setInterval(() => this.#askQuiet(), 1000);
  }

  #receive(message: Message): void {
    message.acknowledge(); // Sparkplug data is QoS 0; a gap shows in the sequence number
    const [namespace, group, kind, edge, device] = message.topic.split('/');
    if (namespace !== NAMESPACE || !group || !kind || !edge || group === 'STATE') return;
    const nodeId = `${group}/${edge}`;
    let payload: Payload;
    try {
      payload = decodePayload(message.payload);
    } catch (error) {
      this.#host.log('warn', 'not a Sparkplug payload', { topic: message.topic, error: messageOf(error) });
      return;
    }
    const arrived = Date.now();
    const applied = this.#nodes.apply(kind, nodeId, device, payload, arrived);
    if (applied.rebirth) this.#askBirth(nodeId);
    if (applied.gap) {
      const tagIds = [...this.#tags]
        .filter(([key]) => key.startsWith(nodeId))
        .flatMap(([, tags]) => tags.map((tag) => tag.tagId));
      if (tagIds.length > 0) this.#host.event({ kind: 'gap', tagIds, time: arrived, reason: `sequence gap of ${nodeId}` });
    }
    for (const { source, online } of applied.states) this.#sourceState(source, online, arrived);
    this.#give(applied.changes);
    if (!applied.rebirth) this.#confirm(device ? `${nodeId}/${device}` : nodeId, arrived);
    for (const change of applied.changes) for (const listener of this.#listeners) listener(change);
  }

  #sourceState(source: string, online: boolean, time: number): void {
    const reason = online ? {} : { reason: { en: `${source} said that it is offline.`, zh: `${source} 报告自己已离线。` } };
    this.#host.event({ kind: 'device', device: source, state: online ? 'live' : 'failed', ...reason });
    const own = [...this.#tags].filter(([key]) => key.startsWith(`${source}#`));
    if (!online) {
      const samples = own.flatMap(([, tags]) => tags.map((tag) => ({ tagId: tag.tagId, time, quality: LINK_LOST })));
      if (samples.length > 0) this.#sink?.(samples).catch(() => {});
      return;
    }
    const born = this.#nodes.source(source);
    for (const [key, tags] of own) {
      const metric = key.slice(source.length + 1);
      const missing = !born?.metrics.has(metric);
      const error = new ConnectorError('address', 'sparkplug.unknown-metric', bornWithout(source, metric));
      for (const tag of tags) this.#host.event({ kind: 'address', tagId: tag.tagId, ...(missing ? { error } : {}) });
    }
  }

  #give(changes: readonly Change[]): void {
    const samples: Sample[] = [];
    for (const { source, metric, time } of changes) {
      const key = `${source}#${metric.name}`;
      const tags = this.#tags.get(key) ?? [];
      if (tags.length > 0) this.#given.set(key, Date.now());
      for (const tag of tags) {
        const value = typed(metric.value, tag.type);
        samples.push({ tagId: tag.tagId, time, value, quality: qualityOf(metric, value) });
      }
    }
    if (samples.length > 0) this.#sink?.(samples).catch(() => {});
  }

  /** Nodes report changes only: a message of a source without some metric says that this metric is as it was. */
  #confirm(source: string, arrived: number): void {
    const known = this.#nodes.source(source);
    if (!known?.online) return;
    const quiet: Change[] = [];
    for (const [key, tags] of this.#tags) {
      if (!key.startsWith(`${source}#`)) continue;
      const metric = known.metrics.get(key.slice(source.length + 1));
      const confirmMs = Math.min(...tags.map((tag) => tag.confirmMs));
      if (metric && arrived - (this.#given.get(key) ?? 0) >= confirmMs) quiet.push({ source, metric, time: arrived });
    }
    this.#give(quiet);
  }

  /** A node that said nothing for so long is asked for everything. */
  #askQuiet(): void {
    const now = Date.now();
    for (const [key, tags] of this.#tags) {
      const confirmMs = Math.min(...tags.map((tag) => tag.confirmMs));
      const [group, edge] = key.split('#', 1)[0]?.split('/') ?? [];
      if (now - (this.#given.get(key) ?? 0) >= confirmMs) this.#askBirth(`${group}/${edge}`);
    }
  }

  #askBirth(nodeId: string): void {
    const asked = this.#asked.get(nodeId);
    const wait = asked === undefined ? 0 : asked + REBIRTH_PAUSE_MS - Date.now();
    if (wait > 0) {
      if (this.#timers.size > 100) return; // as many nodes are asked for already; the next message of this one asks again
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (!this.#nodes.source(nodeId)?.online) this.#askBirth(nodeId);
      }, wait);
      this.#timers.add(timer);
      return;
    }
    this.#asked.set(nodeId, Date.now());
    const payload = { timestamp: Date.now(), metrics: [{ name: 'Node Control/Rebirth', datatype: TYPES.Boolean, value: true }] };
    this.#send(nodeId, undefined, payload).catch((error) =>
      this.#host.log('warn', 'rebirth request not sent', { node: nodeId, error: messageOf(error) }),
    );
  }

  #send(nodeId: string, device: string | undefined, payload: Payload): Promise<void> {
    const [group, edge] = nodeId.split('/');
    const topic = device ? `${NAMESPACE}/${group}/DCMD/${edge}/${device}` : `${NAMESPACE}/${group}/NCMD/${edge}`;
    return this.#client.publish(topic, encodePayload(payload), { qos: 0 });
  }

  /** The metric of an address, or why there is none; waits a moment for a birth. */
  async #find(
    text: string,
  ): Promise<{ readonly metric: KnownMetric; readonly source: string } | { readonly code: string; readonly reason: Bilingual }> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return { code: parsed.code, reason: parsed.message };
    const id = sourceOf(parsed.address);
    if (!this.#nodes.source(id)?.online) {
      this.#askBirth(`${parsed.address.group}/${parsed.address.node}`);
      await this.#change((change) => change.source === id, ANSWER_LIMIT_MS);
    }
    const source = this.#nodes.source(id);
    if (!source?.online) {
      const reason = { en: `${id} is not online at this broker.`, zh: `${id} 在此代理上不在线。` };
      return { code: 'sparkplug.offline', reason };
    }
    const metric = source.metrics.get(parsed.address.metric);
    if (!metric) return { code: 'sparkplug.unknown-metric', reason: bornWithout(id, parsed.address.metric) };
    return { metric, source: id };
  }

  #change(wanted: (change: Change) => boolean, ms: number): Promise<Change | undefined> {
    const { promise, resolve } = Promise.withResolvers<Change | undefined>();
    const listener = (change: Change) => {
      if (wanted(change)) end(change);
    };
    const end = (change?: Change) => {
      clearTimeout(timer);
      this.#timers.delete(timer);
      this.#listeners.delete(listener);
      resolve(change);
    };
    const timer = setTimeout(end, ms);
    this.#timers.add(timer);
    this.#listeners.add(listener);
    return promise;
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return Promise.all(
      addresses.map(async ({ address, type }): Promise<ReadResult> => {
        const found = await this.#find(address);
        if ('code' in found) return { quality: quality('bad', 'missing'), time: Date.now(), error: found };
        const value = typed(found.metric.value, type);
        return { value, quality: qualityOf(found.metric, value), time: found.metric.time };
      }),
    );
  }

  async write(text: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    const found = await this.#find(text);
    if ('code' in found) return { ok: false, code: found.code, reason: found.reason.en };
    const { metric, source } = found;
    const datatype =
      metric.datatype ?? (typeof value === 'number' ? TYPES.Double : typeof value === 'boolean' ? TYPES.Boolean : TYPES.String);
    const [group = '', edge = '', device] = source.split('/');
    const name = metric.alias === undefined ? { name: metric.name } : { alias: metric.alias };
    const wanted = (change: Change) => change.source === source && change.metric.name === metric.name;
    const equals = (change: Change) => wanted(change) && typed(change.metric.value, type) === value;
    const echo = this.#change(equals, ANSWER_LIMIT_MS);
    try {
      const timestamp = Date.now();
      await this.#send(`${group}/${edge}`, device, {
        timestamp,
        metrics: [{ ...name, datatype, timestamp, value: wire(value, datatype) }],
      });
    } catch (error) {
      return { ok: false, code: 'mqtt.publish', reason: `The broker did not take the command: ${messageOf(error)}` };
    }
    if (await echo) return { ok: true, readBack: value };
    return { ok: true, readBack: typed(this.#nodes.source(source)?.metrics.get(metric.name)?.value, type) };
  }

  async browse(path: string, page?: string): Promise<BrowsePage> {
    if (page === undefined) await this.#discover();
    const nodes = nodesBelow(this.#nodes.sources(), path);
    return pageOf(nodes, page);
  }

  /** Nodes that only send data are asked for their birth; those that are silent cannot be known. */
  async #discover(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, 1000);
      this.#timers.add(timer);
    });
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const parts: TestPart[] = [
      { part: 'network', ok: true, detail: connectedTo(`${this.#options.host}:${this.#options.port}`), ms: 0 },
      {
        part: 'permission',
        ok: true,
        detail: { en: 'The broker accepts the user and the namespace.', zh: '代理接受该用户与命名空间。' },
        ms: 0,
      },
    ];
    if (!sample) return parts;
    const began = performance.now();
    const found = await this.#find(sample.address);
    const ms = performance.now() - began;
    if (!('code' in found))
      parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${String(found.metric.value)}`), ms });
    else
      parts.push({
        part: found.code === 'sparkplug.offline' ? 'device' : 'address',
        ok: false,
        code: found.code,
        detail: found.reason,
        ms,
      });
    return parts;
  }

  async close(): Promise<void> {
    this.#sink = undefined;
    clearInterval(this.#quietCheck);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#listeners.clear();
    if (this.#state) {
      const death = JSON.stringify({ online: false, timestamp: this.#state.since });
      const told = this.#client.publish(this.#state.topic, death, { qos: 1, retain: true });
      // a broker that is gone cannot be told; its will says the same
      await Promise.race([told.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
    }
    await this.#client.close();
  }
}
