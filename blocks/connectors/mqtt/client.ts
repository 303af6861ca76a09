import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { closedBy, refusedUser } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, type ConnectorHost, messageOf, networkError } from '#blocks/sdk/connector.ts';
import { trustedAuthority } from '../certificate.ts';

export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly version: '3.1.1' | '5';
  readonly username?: string;
  readonly password?: string;
  readonly clientId: string;
  /** Keeps the session at the broker, so that it sends again what was not acknowledged. */
  readonly persistent: boolean;
  readonly will?: { readonly topic: string; readonly payload: Buffer; readonly retain: boolean };
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  /** Can the broker send it again? Then `acknowledge` once the log has it. */
  readonly resendable: boolean;
  /** Sent again after a broken connection: it may have been taken already, under the same packet id. */
  readonly duplicate: boolean;
  /** Of QoS 1. */
  readonly packetId?: number;
  acknowledge(): void;
}

/** Unacknowledged messages in memory before the stream is held; brokers commonly allow 20 to 100 in flight anyway. */
const MOST_PENDING = 500;
const CONNECT_LIMIT_MS = 10_000;

/**
 * One MQTT connection, without reconnecting: that is the gateway's. mqtt.js answers QoS 1 in its own reader, one message after the
 * other; here the PUBACK is written when the log has the message, and many may wait at once. For that the packet is turned into
 * QoS 0 before mqtt.js handles it (`packetreceive`), and the four bytes of the PUBACK are written by `acknowledge`.
 */
export class BrokerClient {
  readonly #client: MqttClient;
  readonly #pending = new Map<IPublishPacket, number>();
  #unacknowledged = 0;
  #held: (() => void)[] = [];
  #onMessage: ((message: Message) => void) | undefined;
  /** What the broker sent before anybody listens: it comes right behind the answer to the connection. */
  #early: Message[] = [];
  #onLost: (error: ConnectorError) => void = () => {};
  #over = false;
  #resumed = false;

  private constructor(client: MqttClient, where: string) {
    this.#client = client;
    client.on('connect', (packet) => {
      this.#resumed = packet.sessionPresent;
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'publish' || packet.qos !== 1 || packet.messageId === undefined) return;
      this.#pending.set(packet, packet.messageId);
      packet.qos = 0;
    });
    client.on('message', (topic, payload, packet) => this.#receive(topic, payload, packet));
    client.handleMessage = (_packet, callback) => {
      if (this.#unacknowledged < MOST_PENDING) callback();
      else this.#held.push(callback);
    };
    client.on('close', () => this.#lost(new ConnectorError('network', 'network.reset', closedBy(where))));
    client.on('error', (error) => this.#lost(brokerError(error, where)));
  }

  /** One attempt, with the reason when it fails. */
  static async connect(options: BrokerOptions, host: Pick<ConnectorHost, 'certificate'>): Promise<BrokerClient> {
    const where = `${options.host}:${options.port}`;
    const ca = options.tls ? await trustedAuthority(options, where, host) : undefined;
    const client = mqtt.connect(clientOptions(options, ca));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    const timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), CONNECT_LIMIT_MS);
    const made = new BrokerClient(client, where);
    try {
      await promise;
      return made;
    } catch (error) {
      await made.close();
      throw brokerError(error, where);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The broker still had the session of this client: nothing that it acknowledged meanwhile is lost. */
  get resumed(): boolean {
    return this.#resumed;
  }
  onMessage(handler: (message: Message) => void): void {
    this.#onMessage = handler;
    const early = this.#early;
    this.#early = [];
    for (const message of early) handler(message);
  }
  onLost(handler: (error: ConnectorError) => void): void {
    this.#onLost = handler;
  }

  #receive(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const messageId = this.#pending.get(packet);
    this.#pending.delete(packet);
    const resendable = messageId !== undefined;
    if (resendable) this.#unacknowledged++;
    let open = resendable;
    const acknowledge = () => {
      if (!open || messageId === undefined) return;
      open = false;
      this.#unacknowledged--;
      if (!this.#over) this.#client.stream.write(Buffer.from([0x40, 0x02, messageId >> 8, messageId & 0xff]));
      if (this.#unacknowledged < MOST_PENDING) this.#held.shift()?.();
    };
    const message: Message = {
      topic,
      payload,
      retain: packet.retain,
      resendable,
      duplicate: packet.dup,
      ...(resendable ? { packetId: messageId } : {}),
      acknowledge,
    };
    if (this.#onMessage) this.#onMessage(message);
    else this.#early.push(message);
  }

  /** Refused filters are named; the others are subscribed. */
  async subscribe(filters: readonly string[]): Promise<readonly string[]> {
    const refused: string[] = [];
    // a SUBSCRIBE of many filters can pass a broker's packet limit
    for (let i = 0; i < filters.length; i += 100) {
      const part = filters.slice(i, i + 100);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#client.subscribe([...part], { qos: 1 }, (error, _granted, packet) => {
        const codes = packet?.granted ?? [];
        codes.forEach((code, at) => {
          const filter = part[at];
          if (typeof code === 'number' && code >= 128 && filter !== undefined) refused.push(filter);
        });
        if (error && codes.length === 0) reject(error);
        else resolve();
      });
      await promise;
    }
    return refused;
  }
  async unsubscribe(filters: readonly string[]): Promise<void> {
    if (filters.length > 0 && !this.#over) await this.#client.unsubscribeAsync([...filters]);
  }
  async publish(topic: string, payload: Buffer | string, options: { qos: 0 | 1; retain?: boolean }): Promise<void> {
    await this.#client.publishAsync(topic, payload as Buffer, options);
  }

  #lost(error: ConnectorError): void {
    if (this.#over) return;
    this.#over = true;
    this.#onLost(error);
  }

  async close(): Promise<void> {
    this.#over = true;
    this.#held = [];
    this.#pending.clear();
    await this.#client.endAsync(true).catch(() => {});
    this.#client.removeAllListeners();
    this.#client.on('error', () => {}); // a socket may still report its end
  }
}

function clientOptions(options: BrokerOptions, ca: string | undefined): IClientOptions {
  return {
    protocol: options.tls ? 'mqtts' : 'mqtt',
    host: options.host,
    port: options.port,
    protocolVersion: options.version === '5' ? 5 : 4,
    clientId: options.clientId,
    clean: !options.persistent,
    // MQTT 5 forgets the session at once unless told how long to keep it: one day
    ...(options.version === '5' && options.persistent ? { properties: { sessionExpiryInterval: 86_400 } } : {}),
    ...(options.username ? { username: options.username } : {}),
    ...(options.password ? { password: options.password } : {}),
    ...(options.will ? { will: { ...options.will, qos: 1 as const } } : {}),
    ...(ca ? { ca: [ca], checkServerIdentity: () => undefined } : {}),
    reconnectPeriod: 0,
    resubscribe: false,
    connectTimeout: CONNECT_LIMIT_MS,
    keepalive: 15,
    queueQoSZero: false,
  };
}

/** CONNACK codes of MQTT 3.1.1 (3.2.2.3) and MQTT 5 (3.2.2.2). */
function brokerError(error: unknown, where: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = (error as { code?: number | string }).code;
  if (code === 4 || code === 5 || code === 134 || code === 135) {
    return new ConnectorError('permission', 'mqtt.credentials', refusedUser(where));
  }
  if (code === 2 || code === 133) {
    const text = { en: `${where} refuses the client id. Choose another one.`, zh: `${where} 拒绝了客户端标识。请更换。` };
    return new ConnectorError('session', 'mqtt.client-id', text);
  }
  if (code === 1 || code === 132) {
    return new ConnectorError('session', 'mqtt.version', {
      en: `${where} does not speak this MQTT version. Try the other one.`,
      zh: `${where} 不支持此 MQTT 版本。请尝试另一版本。`,
    });
  }
  if (typeof code === 'number') {
    const text = { en: `${where} refuses: ${messageOf(error)}`, zh: `${where} 拒绝连接：${messageOf(error)}` };
    return new ConnectorError('session', 'mqtt.refused', text);
  }
  return networkError(error, where);
}
