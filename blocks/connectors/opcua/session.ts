import { createHash } from 'node:crypto';
import { AttributeIds, type DataType, type DataValue, resolveNodeId, VariantArrayType } from 'node-opcua';
import { closedBy, connectedTo, plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowsePage,
  type CallResult,
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
import { browseNodes } from './browse.ts';
import { callMethod } from './call.ts';
import { keepSubscription, keptSubscription, sameItems } from './kept.ts';
import { type Opened, type ServerOptions, serverError } from './open.ts';
import { type Item, type Notification, Subscription, type SubscriptionEvents } from './subscription.ts';
import { qualityOf, timeOf, valueOfVariant, variantValue } from './values.ts';

const ITEMS_PER_REQUEST = 500;
const CONFIRM_CHECK_MS = 250;
/** Server_ServerStatus_CurrentTime. */
const CURRENT_TIME = 'ns=0;i=2258';
const TIME_EVERY_MS = 30_000;
/** An answer that took longer says too little of the moment it is about. */
const SLOW_ANSWER_MS = 500;

interface Watched {
  readonly tag: TagRequest;
  readonly nodeId: string;
  /** When the value was last given or confirmed. */
  at: number;
  bad: boolean;
}

export class OpcuaSession implements Session {
  readonly #options: ServerOptions;
  readonly #opened: Opened;
  readonly #host: ConnectorHost;
  #subscription: Subscription | undefined;
  #watched: ReadonlyMap<number, Watched> = new Map();
  #sink: SampleSink = async () => {};
  #confirmTimer: NodeJS.Timeout | undefined;
  #confirming = false;
  #timeAsked = Number.NEGATIVE_INFINITY;
  #over = false;
  #namespaces: readonly string[] | undefined;

  constructor(options: ServerOptions, opened: Opened, host: ConnectorHost) {
    this.#options = options;
    this.#opened = opened;
    this.#host = host;
    const { client, session } = opened;
    // node-opcua would mend the channel by itself; the gateway's supervision decides instead, so that all sources behave alike
    const lost = () => this.#lost(new ConnectorError('network', 'network.reset', closedBy(options.endpoint)));
    client.on('connection_lost', lost);
    client.on('start_reconnection', lost);
    client.on('close', lost);
    session.on('session_closed', () =>
      this.#lost(
        new ConnectorError('session', 'opcua.session-closed', {
          en: `${options.endpoint} ended the session.`,
          zh: `${options.endpoint} 结束了会话。`,
        }),
      ),
    );
  }

  #lost(error: ConnectorError): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#confirmTimer);
    this.#host.event({ kind: 'lost', error });
  }

  /** `nsu=` to `ns=` by the server's namespace table. */
  async #nodeId(address: string): Promise<string> {
    const match = /^nsu=([^;]+);(.*)$/s.exec(address.trim());
    if (!match) return address.trim();
    this.#namespaces ??= await this.#opened.session.readNamespaceArray();
    const index = this.#namespaces.indexOf(match[1] ?? '');
    if (index < 0) {
      const text = { en: `The server has no namespace “${match[1]}”.`, zh: `服务器没有命名空间“${match[1]}”。` };
      throw new ConnectorError('address', 'opcua.namespace', text);
    }
    return `ns=${index};${match[2]}`;
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    clearInterval(this.#confirmTimer);
    this.#sink = sink;
    try {
      const wanted = await this.#wanted(tags);
      const resumed = this.#subscription ?? (await this.#resume(tags));
      if (resumed && sameItems(resumed.items, wanted)) this.#subscription = resumed;
      else {
        await resumed?.close(true);
        this.#subscription = undefined;
        if (wanted.length > 0) this.#subscription = await this.#create(wanted);
      }
    } catch (error) {
      throw serverError(error, this.#options.endpoint);
    }
    const { items = [], id } = this.#subscription ?? {};
    // what did not change while nobody listened is asked for at once
    this.#watched = new Map(items.map((item) => [item.tag.tagId, { tag: item.tag, nodeId: item.nodeId, at: 0, bad: false }]));
    await keepSubscription(this.#host, id === undefined ? undefined : { id, endpoint: this.#options.endpoint, items });
    this.#confirmTimer = setInterval(() => void this.#confirm(), CONFIRM_CHECK_MS);
    await this.#askTime();
  }

  async #wanted(tags: readonly TagRequest[]): Promise<Omit<Item, 'handle'>[]> {
    const wanted: Omit<Item, 'handle'>[] = [];
    for (const tag of tags) {
      try {
        wanted.push({ tag, nodeId: await this.#nodeId(tag.address) });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        this.#host.event({ kind: 'address', tagId: tag.tagId, error });
      }
    }
    return wanted;
  }

  /** The subscription that an earlier session left, or a gap. */
  async #resume(tags: readonly TagRequest[]): Promise<Subscription | undefined> {
    const gap = (reason: string) => this.#host.event({ kind: 'gap', tagIds: tags.map((tag) => tag.tagId), reason });
    const kept = await keptSubscription(this.#host);
    if (kept?.endpoint !== this.#options.endpoint) {
      gap('there is no subscription to go on with');
      return undefined;
    }
    const resumed = await Subscription.resume(this.#opened.session, kept, this.#events()).catch((error) => {
      this.#host.log('debug', 'subscription not resumed', { error: messageOf(error) });
      return undefined;
    });
    if (!resumed) gap('the server does not give the subscription of the session before');
    return resumed;
  }

  #events(): SubscriptionEvents {
    return {
      taken: (notification) => this.#take(notification),
      gap: (reason) => {
        const tagIds = [...this.#watched.keys()];
        if (tagIds.length > 0) this.#host.event({ kind: 'gap', tagIds, reason });
      },
      ended: (why) => {
        const text = { en: `The server ended the subscription (${why}).`, zh: `服务器结束了订阅（${why}）。` };
        this.#lost(new ConnectorError('session', 'opcua.subscription-ended', text));
      },
    };
  }

  #create(wanted: readonly Omit<Item, 'handle'>[]): Promise<Subscription> {
    return Subscription.create(this.#opened.session, wanted, this.#events(), (tag, status) => {
      this.#host.event({ kind: 'address', tagId: tag.tagId, error: addressError(tag.address, status.name) });
      this.#give([{ tagId: tag.tagId, time: Date.now(), quality: quality('bad', 'missing') }]);
    });
  }

  #take({ sequence, publishTime, again, values }: Notification): Promise<void> {
    if (this.#over) return Promise.reject(new Error('the session is over'));
    const samples = values.map(({ item, value }) => {
      // a value of an older subscription that is resumed with other tags is still a value of its tag
      const one = this.#watched.get(item.tag.tagId) ?? { tag: item.tag, nodeId: item.nodeId, at: 0, bad: false };
      if (value.statusCode.hasOverflowBit) {
        const time = timeOf(value) - 1;
        this.#host.event({ kind: 'gap', tagIds: [item.tag.tagId], time, reason: 'the queue of the server ran over' });
      }
      return this.#sample(one, value);
    });
    const { endpoint } = this.#options;
    const print = createHash('sha1').update(`${sequence} ${publishTime} ${endpoint}`).digest().readBigUInt64LE();
    return this.#sink(samples, { message: { print, again } });
  }

  #sample(one: Watched, value: DataValue, time = timeOf(value)): Sample {
    one.at = Date.now();
    const q = qualityOf(value.statusCode);
    const plain = valueOfVariant(value.value, one.tag.type);
    const wrongType = plain === undefined && q === 0;
    if (wrongType !== one.bad) {
      one.bad = wrongType;
      const error = new ConnectorError('address', 'opcua.type', {
        en: `“${one.tag.address}” holds no ${one.tag.type}. Change the type of the tag.`,
        zh: `“${one.tag.address}”的值不是 ${one.tag.type}。请修改测点类型。`,
      });
      this.#host.event({ kind: 'address', tagId: one.tag.tagId, ...(wrongType ? { error } : {}) });
    }
    return { tagId: one.tag.tagId, time, value: plain, quality: wrongType ? quality('bad', 'missing') : q };
  }

  /** What time the server has, halfway between question and answer. */
  async #askTime(): Promise<void> {
    this.#timeAsked = performance.now();
    try {
      const before = Date.now();
      const asked = performance.now();
      const { value } = await this.#opened.session.read({ nodeId: CURRENT_TIME, attributeId: AttributeIds.Value }, 0);
      const took = performance.now() - asked;
      if (!(value.value instanceof Date) || took > SLOW_ANSWER_MS || this.#over) return;
      this.#host.event({ kind: 'clock', aheadMs: value.value.getTime() - (before + took / 2) });
    } catch (error) {
      if (!this.#over) this.#host.log('debug', 'the server was not asked for its time', { error: messageOf(error) });
    }
  }

  #give(samples: readonly Sample[]): void {
    if (!this.#over) this.#sink(samples).catch(() => {});
  }

  /** Servers report changes only: steady values are read, so that their age says that the server still has them. */
  async #confirm(): Promise<void> {
    if (this.#confirming || this.#over) return;
    if (performance.now() - this.#timeAsked > TIME_EVERY_MS) void this.#askTime();
    const now = Date.now();
    const quiet = [...this.#watched.values()].filter((one) => now - one.at >= one.tag.confirmMs).slice(0, ITEMS_PER_REQUEST);
    if (quiet.length === 0) return;
    this.#confirming = true;
    try {
      const values = await this.#opened.session.read(
        quiet.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })),
        0,
      );
      this.#give(
        quiet.flatMap((one, i) => {
          const value = values[i];
          return value ? [this.#sample(one, value, (value.serverTimestamp ?? new Date()).getTime())] : [];
        }),
      );
    } catch (error) {
      if (!this.#over) this.#host.log('debug', 'confirming read failed', { error: messageOf(error) });
    } finally {
      this.#confirming = false;
    }
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return Promise.all(addresses.map(({ address, type }) => this.#readOne(address, type)));
  }

  async #readOne(address: string, type: TagValueType): Promise<ReadResult> {
    try {
      const value = await this.#opened.session.read({ nodeId: await this.#nodeId(address), attributeId: AttributeIds.Value }, 0);
      const q = qualityOf(value.statusCode);
      if (value.statusCode.isNotGood() && /NodeId|Attribute|NotFound/.test(value.statusCode.name)) {
        const error = addressError(address, value.statusCode.name);
        return { quality: q, time: Date.now(), error: { code: error.code, reason: error.text } };
      }
      const plain = valueOfVariant(value.value, type);
      return { value: plain, quality: plain === undefined && q === 0 ? quality('bad', 'missing') : q, time: timeOf(value) };
    } catch (error) {
      const failure = serverError(error, this.#options.endpoint);
      return { quality: quality('bad', 'link'), time: Date.now(), error: { code: failure.code, reason: failure.text } };
    }
  }

  async write(address: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    try {
      const nodeId = await this.#nodeId(address);
      const now = await this.#opened.session.read({ nodeId, attributeId: AttributeIds.Value }, 0);
      if (/NodeId|Attribute/.test(now.statusCode.name)) {
        const error = addressError(address, now.statusCode.name);
        return { ok: false, code: error.code, reason: error.message };
      }
      const dataType: DataType = now.value.dataType || (await this.#opened.session.getBuiltInDataType(resolveNodeId(nodeId)));
      const wire = variantValue(value, dataType);
      if (wire === undefined)
        return { ok: false, code: 'address.range', reason: `${String(value)} does not fit into the type of “${address}”.` };
      const status = await this.#opened.session.write({
        nodeId,
        attributeId: AttributeIds.Value,
        value: { value: { dataType, arrayType: VariantArrayType.Scalar, value: wire } },
      });
      if (status.isNotGood()) {
        const readOnly = /NotWritable|UserAccessDenied/.test(status.name);
        return {
          ok: false,
          code: readOnly ? 'address.read-only' : 'opcua.write',
          reason: readOnly
            ? `The server does not let this user write “${address}” (${status.name}).`
            : `The server refuses: ${status.description}`,
        };
      }
    } catch (error) {
      const failure = serverError(error, this.#options.endpoint);
      return { ok: false, code: failure.code, reason: failure.message };
    }
    const back = await this.#readOne(address, type);
    if (back.error) return { ok: true, code: back.error.code, reason: `Written, but not read back: ${back.error.reason.en}` };
    return { ok: true, readBack: back.value };
  }

  async call(address: string, method: string, given: readonly (number | boolean | string)[]): Promise<CallResult> {
    try {
      return await callMethod(this.#opened.session, await this.#nodeId(address), method, given);
    } catch (error) {
      const failure = error instanceof ConnectorError ? error : serverError(error, this.#options.endpoint);
      return { ok: false, code: failure.code, reason: failure.text };
    }
  }

  async browse(path: string, page?: string): Promise<BrowsePage> {
    try {
      return await browseNodes(this.#opened.session, path, page);
    } catch (error) {
      throw serverError(error, this.#options.endpoint);
    }
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const secure = this.#options.security !== 'none';
    const parts: TestPart[] = [
      { part: 'network', ok: true, detail: connectedTo(this.#options.endpoint), ms: 0 },
      ...(secure
        ? [
            {
              part: 'certificate' as const,
              ok: true,
              detail: { en: 'The certificates are trusted on both sides.', zh: '双方证书均受信任。' },
              ms: 0,
            },
          ]
        : []),
      {
        part: 'permission',
        ok: true,
        detail: this.#options.username
          ? { en: `Signed in as ${this.#options.username}.`, zh: `已以 ${this.#options.username} 登录。` }
          : { en: 'Signed in anonymously.', zh: '已匿名登录。' },
        ms: 0,
      },
    ];
    const began = performance.now();
    const target = sample ?? { address: CURRENT_TIME, type: 'text' as const };
    const result = await this.#readOne(target.address, target.type);
    const ms = performance.now() - began;
    if (!result.error)
      parts.push({
        part: sample ? 'address' : 'session',
        ok: true,
        detail: plain(`${target.address} = ${String(result.value)}`),
        ms,
      });
    else {
      const part = result.error.code === 'opcua.unknown-node' || result.error.code === 'opcua.namespace' ? 'address' : 'session';
      parts.push({ part, ok: false, code: result.error.code, detail: result.error.reason, ms });
    }
    return parts;
  }

  async close(): Promise<void> {
    this.#over = true;
    clearInterval(this.#confirmTimer);
    const { client, session, manager } = this.#opened;
    // a server that is gone cannot answer the farewell
    const farewell = (async () => {
      // the next session goes on with the subscription, here or in another process; for somebody unknown on an open line no server allows that
      const end = this.#options.security === 'none' && this.#options.username === '';
      await this.#subscription?.close(end).catch(() => {});
      await session.close(end).catch(() => {});
    })();
    await Promise.race([farewell, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    await client.disconnect().catch(() => {});
    client.removeAllListeners();
    session.removeAllListeners();
    await manager.dispose();
  }
}

const addressError = (address: string, status: string) =>
  new ConnectorError('address', 'opcua.unknown-node', {
    en: `The server does not serve “${address}” (${status}). Browse the server for its nodes.`,
    zh: `服务器不提供“${address}”（${status}）。请浏览服务器的节点。`,
  });
