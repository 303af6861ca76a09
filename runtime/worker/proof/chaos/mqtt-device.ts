/**
 * A device as the standard asks of one (MQTT 3.1.1, 4.4): QoS 1, a session that stays; it keeps each message until it is acknowledged, and on a new connection
 * sends what is not again, in the old order, under the old packet ids, marked as sent before. Client libraries do not all keep this.
 */
import { connect, type Socket } from 'node:net';

const CONNACK = 2;
const PUBACK = 4;
/** Messages on their way at once; fewer than a broker remembers of a client. */
const WINDOW = 500;
const AGAIN_MS = 100;
const KEEP_ALIVE_S = 30;

interface Message {
  readonly id: number;
  readonly payload: Buffer;
  written: boolean;
}

export interface DeviceOptions {
  readonly port: number;
  readonly topic: string;
  readonly username: string;
  readonly password: string;
}

export class MqttDevice {
  private readonly options: DeviceOptions;
  private readonly waiting = new Map<number, Message>();
  private socket: Socket | undefined;
  private ready = false;
  private closed = false;
  private onConnection = new Set<number>();
  private nextId = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly ping: NodeJS.Timeout;

  constructor(options: DeviceOptions) {
    this.options = options;
    this.ping = setInterval(() => this.ready && this.socket?.write(Buffer.from([0xc0, 0])), (KEEP_ALIVE_S * 1_000) / 3);
    this.connect();
  }
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.ping);
    this.socket?.destroy();
  }
  get connected(): boolean {
    return this.ready;
  }
  /** Messages that nobody acknowledged yet. */
  get open(): number {
    return this.waiting.size;
  }
  publish(payload: Buffer): void {
    do this.nextId = (this.nextId % 65_535) + 1;
    while (this.waiting.has(this.nextId));
    this.waiting.set(this.nextId, { id: this.nextId, payload, written: false });
    this.send();
  }

  private connect(): void {
    const { port, username, password } = this.options;
    const socket = connect(port, '127.0.0.1');
    this.socket = socket;
    let bytes: Buffer = Buffer.alloc(0);
    const flags = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc0]), uint16(KEEP_ALIVE_S)]);
    socket.on('connect', () =>
      socket.write(packet(0x10, Buffer.concat([flags, text(username), text(username), text(password)]))),
    );
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.ready = false;
      if (!this.closed) this.timer = setTimeout(() => this.connect(), AGAIN_MS);
    });
    socket.on('data', (part) => {
      bytes = Buffer.concat([bytes, part]);
      for (let one = first(bytes); one; one = first(bytes)) {
        bytes = bytes.subarray(one.size);
        this.take(socket, one.type, one.body);
      }
    });
  }
  private take(socket: Socket, type: number, body: Buffer): void {
    if (type === CONNACK) {
      // refused while the database is away: asked again in a moment
      if (body[1] !== 0) return void socket.destroy();
      this.onConnection = new Set();
      this.ready = true;
    } else if (type === PUBACK) {
      const id = body.readUInt16BE(0);
      this.waiting.delete(id);
      this.onConnection.delete(id);
    }
    this.send();
  }
  private send(): void {
    if (!this.ready) return;
    for (const message of this.waiting.values()) {
      if (this.onConnection.size >= WINDOW) return;
      if (this.onConnection.has(message.id)) continue;
      this.onConnection.add(message.id);
      const body = Buffer.concat([text(this.options.topic), uint16(message.id), message.payload]);
      this.socket?.write(packet(0x32 | (message.written ? 0x08 : 0), body));
      message.written = true;
    }
  }
}

const uint16 = (n: number): Buffer => Buffer.from([n >> 8, n & 0xff]);
const text = (value: string): Buffer => Buffer.concat([uint16(Buffer.byteLength(value)), Buffer.from(value)]);

function packet(head: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = body.length; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 128 : digit);
    if (rest === 0) return Buffer.concat([Buffer.from([head, ...length]), body]);
  }
}

/** The first whole packet. */
function first(bytes: Buffer): { type: number; body: Buffer; size: number } | undefined {
  let length = 0;
  for (let at = 1, unit = 1; at < Math.min(5, bytes.length); at++, unit *= 128) {
    const digit = bytes[at] ?? 0;
    length += (digit & 127) * unit;
    if (digit >= 128) continue;
    const size = at + 1 + length;
    return bytes.length < size ? undefined : { type: (bytes[0] ?? 0) >> 4, body: bytes.subarray(at + 1, size), size };
  }
  return undefined;
}
