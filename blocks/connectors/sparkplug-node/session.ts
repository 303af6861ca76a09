import { connectedTo, topicRefused } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, type ConnectorHost, type FollowedValue, messageOf, type TestPart } from '#blocks/sdk/connector.ts';
import type { BrokerClient, BrokerOptions, Message } from '../mqtt/client.ts';
import type { Point } from '../published/points.ts';
import { PublishedSession } from '../published/session.ts';
import { decodePayload, encodePayload, type Metric } from '../sparkplug/payload.ts';
import { NAMESPACE } from '../sparkplug/session.ts';
import type { Address } from './address.ts';
import { bdSeqMetric, isRebirth, NodeVoice, type Out } from './node.ts';

/** News of so long go together into one message of a device. */
const TOGETHER_MS = 50;
/** The death of this node, for its will and for its end: the same bytes but for the time. */
export const deathOf = (bdSeq: number): Buffer => encodePayload({ timestamp: Date.now(), metrics: [bdSeqMetric(bdSeq)] });

export interface NodeIds {
  readonly group: string;
  readonly node: string;
  /** Sends only while this host application is there; '' = always. */
  readonly primaryHost: string;
  readonly bdSeq: number;
}

/** An edge node that speaks, as the broker's clients hear it. */
export class SparkplugNodeSession extends PublishedSession<Address> {
  readonly #options: BrokerOptions;
  readonly #client: BrokerClient;
  readonly #ids: NodeIds;
  readonly #voice: NodeVoice;
  readonly #news = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Born, and not dead since: data may be sent. */
  #speaking = false;
  #hostSince = 0;
  #over = false;
  /** Messages leave in the order of their numbers. */
  #tail: Promise<void> = Promise.resolve();

  constructor(
    options: BrokerOptions,
    client: BrokerClient,
    host: ConnectorHost,
    ids: NodeIds,
    points: readonly Point<Address>[],
    writes: string,
  ) {
    super(host, points, writes);
    this.#options = options;
    this.#client = client;
    this.#ids = ids;
    this.#voice = new NodeVoice(points, (name) => this.newest(name));
    client.onMessage((message) => this.#receive(message));
    client.onLost((error) => {
      this.#over = true;
      host.event({ kind: 'lost', error });
    });
  }

  async start(): Promise<void> {
    await this.begin();
    const { group, node, primaryHost } = this.#ids;
    // before the birth, so that no command is missed (5.4, tck-id-message-flow-edge-node-ncmd-subscribe)
    const filters = [
      `${NAMESPACE}/${group}/NCMD/${node}`,
      `${NAMESPACE}/${group}/DCMD/${node}/+`,
      ...(primaryHost === '' ? [] : [`${NAMESPACE}/STATE/${primaryHost}`]),
    ];
    const [refused] = await this.#client.subscribe(filters);
    if (refused !== undefined) throw new ConnectorError('permission', 'mqtt.topic', topicRefused(refused));
    if (primaryHost === '') await this.#bear();
  }

  #send(kind: string, device: string | undefined, payload: Buffer, qos: 0 | 1 = 0): Promise<void> {
    const { group, node } = this.#ids;
    const topic = `${NAMESPACE}/${group}/${kind}/${node}${device === undefined ? '' : `/${device}`}`;
    this.#tail = this.#tail.then(() =>
      this.#client
        .publish(topic, payload, { qos, retain: false })
        .catch((error) => this.host.log('warn', 'not published', { topic, error: messageOf(error) })),
    );
    return this.#tail;
  }
  #say(all: readonly Out[]): Promise<void> {
    for (const { kind, device, payload } of all) void this.#send(kind, device, encodePayload(payload));
    return this.#tail;
  }

  async #bear(): Promise<void> {
    this.#news.clear();
    this.#speaking = true;
    await this.#say(this.#voice.births(this.#ids.bdSeq, Date.now()));
  }

  protected override changed(values: readonly FollowedValue[]): void {
    if (!this.#speaking || this.#over) return;
    for (const { name } of values) this.#news.add(name);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#speaking || this.#over) return;
      const names = new Set(this.#news);
      this.#news.clear();
      void this.#say(this.#voice.changes(names, Date.now()));
    }, TOGETHER_MS);
  }

  #receive(message: Message): void {
    message.acknowledge(); // a command that came while nobody was there must not be done later
    const [namespace, second = '', third = '', , device] = message.topic.split('/');
    if (namespace !== NAMESPACE) return;
    if (second === 'STATE') this.#hostState(third, message.payload);
    else if (third === 'NCMD' || third === 'DCMD') {
      let metrics: readonly Metric[];
      try {
        ({ metrics } = decodePayload(message.payload));
      } catch (error) {
        this.host.log('warn', 'not a Sparkplug payload', { topic: message.topic, error: messageOf(error) });
        return;
      }
      if (third === 'NCMD' && metrics.some(isRebirth)) {
        if (this.#speaking) void this.#bear();
        return;
      }
      for (const metric of metrics) void this.#command(device, metric);
    }
  }

  /** JSON since 3.0.0: {"online": true, "timestamp": …}; a message that is older than the last one is not believed. */
  #hostState(id: string, payload: Buffer): void {
    if (id !== this.#ids.primaryHost) return;
    let state: { readonly online?: unknown; readonly timestamp?: unknown } | null;
    try {
      state = JSON.parse(payload.toString('utf8'));
    } catch {
      state = null;
    }
    if (typeof state?.online !== 'boolean' || typeof state.timestamp !== 'number' || state.timestamp < this.#hostSince) return;
    this.#hostSince = state.timestamp;
    if (state.online && !this.#speaking) void this.#bear();
    else if (!state.online && this.#speaking) {
      void this.#die().then(() => {
        const text = {
          en: `Host application “${id}” is away; the node waits for it.`,
          zh: `主机应用“${id}”不在线，节点等待其上线。`,
        };
        this.host.event({ kind: 'lost', error: new ConnectorError('session', 'sparkplug.host-away', text) });
      });
    }
  }

  /** A write goes the way of every write to a machine; whoever asked sees what it is then. */
  async #command(device: string | undefined, metric: Metric): Promise<void> {
    const point = this.#voice.point(device, metric);
    const { value } = metric;
    if (!point || typeof value === 'string' || value === undefined || value instanceof Uint8Array) {
      this.host.log('warn', 'a command for no metric of this node', { device, metric: metric.name, alias: metric.alias });
      return;
    }
    const { name } = point;
    const result = this.mayWrite(name)
      ? await this.command(name, Number(value), `Sparkplug ${this.#ids.group}/${this.#ids.node}`)
      : { ok: false, code: 'not-writable' };
    if (!result.ok) this.host.log('warn', 'a command was refused', { name, code: result.code });
    // Sparkplug has no answer to a command: the value as it stands is one
    const now = this.newest(name);
    if (!result.ok && now) this.changed([now]);
  }

  protected override where(): TestPart {
    return { part: 'network', ok: true, ms: 0, detail: connectedTo(`${this.#options.host}:${this.#options.port}`) };
  }
  protected override clients(): number {
    return this.#speaking ? 1 : 0;
  }

  /** An end that is meant is said before the line is closed (tck-id-operational-behavior-edge-node-intentional-disconnect-ndeath). */
  async #die(): Promise<boolean> {
    if (!this.#speaking) return true;
    this.#speaking = false;
    const told = this.#send('NDEATH', undefined, deathOf(this.#ids.bdSeq), 1).then(() => true);
    return Promise.race([told, new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500))]);
  }

  override async close(): Promise<void> {
    await super.close();
    clearTimeout(this.#timer);
    const told = this.#over || (await this.#die());
    this.#over = true;
    // a death that could not be told is left to the will
    await (told ? this.#client.leave() : this.#client.close());
  }
}
