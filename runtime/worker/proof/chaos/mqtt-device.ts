/**
 * One device that is its own broker, MQTT 3.1.1, QoS 1: it keeps each message until it is acknowledged, and on a new connection sends what is not in the old
 * order, marked as sent before. So what the standard asks of a session (4.4, 4.6), which brokers for many clients do not all keep.
 */
import { createServer, type Socket } from 'node:net';

const CONNECT = 1;
const PUBACK = 4;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const DISCONNECT = 14;
/** Messages on their way at once. */
const WINDOW = 2_000;

interface Message {
  readonly id: number;
  readonly payload: Buffer;
  written: boolean;
}

export class MqttDevice {
  port = 0;
  private readonly topic: string;
  private readonly waiting = new Map<number, Message>();
  private readonly server = createServer((socket) => this.greet(socket));
  private client: Socket | undefined;
  private subscribed = false;
  /** Messages handed to this connection so far are the first ones of `waiting`. */
  private onConnection = new Set<number>();
  private nextId = 0;

  constructor(topic: string) {
    this.topic = topic;
  }
  async listen(): Promise<void> {
    await new Promise<void>((done, fail) => {
      this.server.once('error', fail);
      this.server.listen(0, '127.0.0.1', done);
    });
    const address = this.server.address();
    this.port = address && typeof address === 'object' ? address.port : 0;
  }
  async close(): Promise<void> {
    this.client?.destroy();
    await new Promise<void>((done) => this.server.close(() => done()));
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

  private send(): void {
    if (!this.client || !this.subscribed) return;
    for (const message of this.waiting.values()) {
      if (this.onConnection.size >= WINDOW) return;
      if (this.onConnection.has(message.id)) continue;
      this.onConnection.add(message.id);
      const body = Buffer.concat([text(this.topic), uint16(message.id), message.payload]);
      this.client.write(packet(0x32 | (message.written ? 0x08 : 0), body));
      message.written = true;
    }
  }
  private greet(socket: Socket): void {
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.client === socket) this.client = undefined;
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
    if (type === CONNECT) {
      // the same client again: its earlier connection is over (3.1.4)
      this.client?.destroy();
      this.client = socket;
      this.onConnection = new Set();
      socket.write(packet(0x20, Buffer.from([this.subscribed ? 1 : 0, 0])));
    } else if (this.client !== socket) socket.destroy();
    else if (type === SUBSCRIBE) {
      socket.write(packet(0x90, Buffer.concat([body.subarray(0, 2), Buffer.alloc(filters(body), 1)])));
      this.subscribed = true;
    } else if (type === UNSUBSCRIBE) socket.write(packet(0xb0, body.subarray(0, 2)));
    else if (type === PUBACK) {
      const id = body.readUInt16BE(0);
      this.waiting.delete(id);
      this.onConnection.delete(id);
    } else if (type === PINGREQ) socket.write(packet(0xd0, Buffer.alloc(0)));
    else if (type === DISCONNECT) socket.end();
    this.send();
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

/** Topic filters of a SUBSCRIBE: after the packet id, each a text and one byte. */
function filters(body: Buffer): number {
  let count = 0;
  for (let at = 2; at + 2 <= body.length; count++) at += 2 + body.readUInt16BE(at) + 1;
  return count;
}
