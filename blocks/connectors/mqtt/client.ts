import { isIP } from 'node:net';
import mqtt, { type IClientOptions, type IClientPublishOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { closedBy, refusedUser } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, type ConnectorHost, messageOf, networkError } from '#blocks/sdk/connector.ts';
import { certificateError, trustedAuthority } from '../certificate.ts';

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
  /** The authority that vouches for the broker, PEM; without one a person decides about its certificate. */
  readonly ca?: string;
  /** What this client shows of itself where the broker asks for it, PEM. */
  readonly certificate?: string;
  readonly key?: string;
  /** Highest quality of service of what is subscribed. */
  readonly qos?: 0 | 1;
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
  /** User properties of MQTT 5; empty where there are none. */
  readonly user: Readonly<Record<string, string>>;
  /** Names the command that it answers (MQTT 5). */
  readonly correlation?: Buffer;
  acknowledge(): void;
}

export interface PublishOptions {
  readonly qos: 0 | 1 | 2;
  readonly retain?: boolean;
  /** Of MQTT 5; left out with 3.1.1. */
  readonly properties?: NonNullable<IClientPublishOptions['properties']>;
}

/** Unacknowledged messages in memory before the stream is held; brokers commonly allow 20 to 100 in flight anyway. */
const MOST_PENDING = 500;
const CONNECT_LIMIT_MS = 10_000;
const LEAVE_LIMIT_MS = 500;

/**
 * One MQTT connection, without reconnecting: that is the gateway's. mqtt.js answers QoS 1 in its own reader, one message after the
 * other; here the PUBACK is written when the log has the message, and many may wait at once. For that the packet is turned into
 * QoS 0 before mqtt.js handles it (`packetreceive`), and the four bytes of the PUBACK are written by `acknowledge`.
 */
export class BrokerClient {
  readonly #client: MqttClient;
  readonly #qos: 0 | 1;
  readonly #version5: boolean;
  readonly #pending = new Map<IPublishPacket, number>();
  #unacknowledged = 0;
  #held: (() => void)[] = [];
  #onMessage: ((message: Message) => void) | undefined;
  /** What the broker sent before anybody listens: it comes right behind the answer to the connection. */
  #early: Message[] = [];
  #onLost: (error: ConnectorError) => void = () => {};
  #over = false;
  #resumed = false;

  private constructor(client: MqttClient, { host, port, version, qos = 1 }: BrokerOptions) {
    const where = `${host}:${port}`;
    this.#client = client;
    this.#qos = qos;
    this.#version5 = version === '5';
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
    const trusted = options.tls && !options.ca ? await trustedAuthority(options, where, host) : undefined;
    const client = mqtt.connect(clientOptions(options, trusted));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    const timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), CONNECT_LIMIT_MS);
    const made = new BrokerClient(client, options);
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
      user: userProperties(packet),
      ...(packet.properties?.correlationData ? { correlation: packet.properties.correlationData } : {}),
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
      this.#client.subscribe([...part], { qos: this.#qos }, (error, _granted, packet) => {
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
  async publish(topic: string, payload: Buffer | string, options: PublishOptions): Promise<void> {
    const { qos, retain, properties } = options;
    await this.#client.publishAsync(topic, payload as Buffer, {
      qos,
      ...(retain === undefined ? {} : { retain }),
      ...(properties && this.#version5 ? { properties } : {}),
    });
  }
  /** Does the connection speak MQTT 5, with its properties? */
  get version5(): boolean {
    return this.#version5;
  }

  #lost(error: ConnectorError): void {
    if (this.#over) return;
    this.#over = true;
    this.#onLost(error);
  }

  /**
   * Closes with a DISCONNECT: the broker sends no will, and keeps no half-open connection of this client. Waits for the broker to close its end
   * (MQTT 3.1.1, 3.14.4): one that is still putting the old session away when the same client comes again may take the new one for it.
   */
  async leave(): Promise<void> {
    const { stream } = this.#client;
    if (!this.#over && this.#client.connected && !stream.destroyed) {
      const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
      this.#over = true;
      stream.write(Buffer.from([0xe0, 0x00]));
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, LEAVE_LIMIT_MS))]);
    }
    await this.close();
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

/** A name that stands several times keeps its first value. */
function userProperties(packet: IPublishPacket): Readonly<Record<string, string>> {
  const given = packet.properties?.userProperties;
  if (!given) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? '') : value]),
  );
}

function clientOptions(options: BrokerOptions, trusted: string | undefined): IClientOptions {
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
    // a certificate that a person compared is trusted under any name; one that an authority signed must be the broker's own
    ...(trusted ? { ca: [trusted], checkServerIdentity: () => undefined } : {}),
    ...(options.ca ? { ca: [options.ca], servername: isIP(options.host) ? '' : options.host } : {}),
    ...(options.certificate ? { cert: options.certificate } : {}),
    ...(options.key ? { key: options.key } : {}),
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
  const certificate = certificateError(error, where);
  if (certificate) return certificate;
  if (typeof code === 'number') {
    const text = { en: `${where} refuses: ${messageOf(error)}`, zh: `${where} 拒绝连接：${messageOf(error)}` };
    return new ConnectorError('session', 'mqtt.refused', text);
  }
  return networkError(error, where);
}
