import { createHash } from 'node:crypto';
import { Journal, type JournalRecord } from './journal.ts';

export interface Publish {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 1 | 2;
  readonly retain: boolean;
}
export interface Kept extends Publish {
  readonly n: number;
  /** Sessions that have not acknowledged it; with the packet id under which it was sent to them, 0 = not yet. */
  readonly waits: Map<string, number>;
}
export interface SessionSubscription {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}
/** Who sent a message, and under which packet id: a device that got no answer sends it again under the same. */
export interface Sender {
  readonly client: string;
  readonly packetId: number;
}

export class InboxFullError extends Error {
  readonly code = 'INBOX_FULL';
}

export interface InboxLimits {
  /** Bytes that wait for one session. */
  readonly session: number;
  /** Bytes that wait altogether. */
  readonly total: number;
}
const LIMITS: InboxLimits = { session: 64 << 20, total: 512 << 20 };
/** Overhead of a message in memory and on disk, roughly: many empty messages fill it, too. */
const OVERHEAD = 200;
const COMPACT_BYTES = 16 << 20;
/** Remembered senders per client: more than devices have unanswered at once. */
const REMEMBERED = 1000;
const REMEMBERED_CLIENTS = 2000;

/**
 * What the broker has answered for: messages that wait for sessions, the sessions' subscriptions, and retained messages, on disk. A message is
 * acknowledged to its device after `keep`, and leaves when every session has acknowledged it in turn; a connection of the platform does so
 * when the log has it.
 */
export class Inbox {
  readonly #limits: InboxLimits;
  #journal: Journal | undefined;
  readonly #kept = new Map<number, Kept>();
  readonly #sessions = new Map<string, Map<string, SessionSubscription>>();
  readonly #retained = new Map<string, number>();
  readonly #senders = new Map<string, Map<number, string>>();
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;
  #next = 1;
  #compacting: Promise<void> | undefined;

  private constructor(limits: InboxLimits) {
    this.#limits = limits;
  }
  static async open(folder: string, limits: Partial<InboxLimits> = {}): Promise<Inbox> {
    const inbox = new Inbox({ ...LIMITS, ...limits });
    inbox.#journal = await Journal.open(
      folder,
      (record) => inbox.#replay(record),
      () => inbox.#state(),
    );
    return inbox;
  }

  get kept(): Iterable<Kept> {
    return this.#kept.values();
  }
  get sessions(): ReadonlyMap<string, ReadonlyMap<string, SessionSubscription>> {
    return this.#sessions;
  }
  retains(message: Kept): boolean {
    return this.#retained.get(message.topic) === message.n;
  }
  get bytes(): number {
    return this.#bytes;
  }
  bytesOf(client: string): number {
    return this.#bytesOf.get(client) ?? 0;
  }

  /** Has the session no room for this message? One message always has room. */
  isFull(client: string, message: Publish): boolean {
    const waiting = this.bytesOf(client);
    return waiting > 0 && waiting + message.payload.length + OVERHEAD > this.#limits.session;
  }

  /** Has this very message been kept before? */
  knows(sender: Sender, message: Publish): boolean {
    return this.#senders.get(sender.client)?.get(sender.packetId) === printOf(message);
  }

  /** Resolves when the message is on disk. InboxFullError: it is not kept. */
  async keep(message: Publish, sessions: readonly string[], sender?: Sender): Promise<number> {
    const size = message.payload.length + OVERHEAD;
    if (this.#bytes + size > this.#limits.total) throw new InboxFullError('the broker keeps as much as it may');
    const full = sessions.find((client) => this.isFull(client, message));
    if (full !== undefined) throw new InboxFullError(`session ${full} has as much waiting as it may`);
    const n = this.#next++;
    const kept = { ...message, n, waits: new Map(sessions.map((client) => [client, 0])) };
    const record = messageRecord(kept, sender);
    this.#put(kept, sender);
    await this.#write(record, true);
    return n;
  }

  /** Everything kept so far is on disk. */
  async flushed(): Promise<void> {
    await this.#write({ head: { kind: 'none' } }, true);
  }

  /** It was sent to the session under this packet id: after a broken connection it goes under the same again. */
  async sent(n: number, client: string, packetId: number): Promise<void> {
    const message = this.#kept.get(n);
    if (!message?.waits.has(client)) return;
    message.waits.set(client, packetId);
    await this.#write({ head: { kind: 'sent', n, to: client, id: packetId } });
  }
  /** The session has it. */
  async done(n: number, client: string): Promise<void> {
    if (!this.#finish(n, client)) return;
    await this.#write({ head: { kind: 'done', n, to: client } });
  }

  async subscribe(client: string, subscriptions: readonly SessionSubscription[]): Promise<void> {
    const own = this.#sessions.get(client) ?? new Map<string, SessionSubscription>();
    this.#sessions.set(client, own);
    for (const { topic, qos } of subscriptions) own.set(topic, { topic, qos });
    await this.#write(sessionRecord(client, own), true);
  }
  async unsubscribe(client: string, topics: readonly string[]): Promise<void> {
    const own = this.#sessions.get(client);
    if (!own) return;
    for (const topic of topics) own.delete(topic);
    await this.#write(sessionRecord(client, own), true);
  }
  /** The session is over: what waits for it is dropped. */
  async forget(client: string): Promise<void> {
    if (!this.#sessions.delete(client) && !this.#bytesOf.has(client)) return;
    for (const message of [...this.#kept.values()]) this.#finish(message.n, client);
    await this.#write({ head: { kind: 'forget', client } });
  }

  #replay({ head, body = new Uint8Array() }: JournalRecord): void {
    const one = head as {
      kind: string;
      n: number;
      to: string & [string, number][];
      id: number;
      client: string;
      topics: SessionSubscription[];
      sender?: Sender;
      print: string;
    } & Omit<Publish, 'payload'>;
    if (one.kind === 'message') {
      const { n, topic, qos, retain, to, sender } = one;
      this.#put({ n, topic, qos, retain, payload: Buffer.from(body), waits: new Map(to) }, sender);
      this.#next = Math.max(this.#next, n + 1);
    } else if (one.kind === 'sent') this.#kept.get(one.n)?.waits.set(one.to, one.id);
    else if (one.kind === 'done') this.#finish(one.n, one.to);
    else if (one.kind === 'session') this.#sessions.set(one.client, new Map(one.topics.map((sub) => [sub.topic, sub])));
    else if (one.kind === 'forget') {
      this.#sessions.delete(one.client);
      for (const message of [...this.#kept.values()]) this.#finish(message.n, one.client);
    } else if (one.kind === 'sender') this.#remember({ client: one.client, packetId: one.id }, one.print);
  }

  #state(): JournalRecord[] {
    return [
      ...[...this.#sessions].map(([client, own]) => sessionRecord(client, own)),
      ...[...this.#senders].flatMap(([client, ids]) =>
        [...ids].map(([id, print]) => ({ head: { kind: 'sender', client, id, print } })),
      ),
      ...[...this.#kept.values()].map((message) => messageRecord(message)),
    ];
  }

  #put(message: Kept, sender: Sender | undefined): void {
    const size = message.payload.length + OVERHEAD;
    if (sender) this.#remember(sender, printOf(message));
    this.#kept.set(message.n, message);
    this.#bytes += size;
    for (const client of message.waits.keys()) this.#bytesOf.set(client, this.bytesOf(client) + size);
    if (message.retain) {
      const before = this.#retained.get(message.topic);
      if (message.payload.length > 0) this.#retained.set(message.topic, message.n);
      else this.#retained.delete(message.topic);
      if (before !== undefined) this.#dropIfOver(before);
    }
    this.#dropIfOver(message.n);
  }

  #remember(sender: Sender, print: string): void {
    const ids = this.#senders.get(sender.client) ?? new Map<number, string>();
    this.#senders.delete(sender.client);
    this.#senders.set(sender.client, ids);
    ids.delete(sender.packetId);
    ids.set(sender.packetId, print);
    const [oldest] = ids.keys();
    if (ids.size > REMEMBERED && oldest !== undefined) ids.delete(oldest);
    const [quietest] = this.#senders.keys();
    if (this.#senders.size > REMEMBERED_CLIENTS && quietest !== undefined) this.#senders.delete(quietest);
  }

  #finish(n: number, client: string): boolean {
    const message = this.#kept.get(n);
    if (!message?.waits.delete(client)) return false;
    const left = this.bytesOf(client) - message.payload.length - OVERHEAD;
    if (left > 0) this.#bytesOf.set(client, left);
    else this.#bytesOf.delete(client);
    this.#dropIfOver(n);
    return true;
  }
  #dropIfOver(n: number): void {
    const message = this.#kept.get(n);
    if (!message || message.waits.size > 0 || this.retains(message)) return;
    this.#kept.delete(n);
    this.#bytes -= message.payload.length + OVERHEAD;
  }

  async #write(record: JournalRecord, flush = false): Promise<void> {
    const journal = this.#journal;
    if (!journal) throw new Error('the inbox is open once its journal is');
    await (flush ? journal.flush(record) : journal.write(record));
    if (this.#compacting || journal.bytes < COMPACT_BYTES + 4 * this.#bytes) return;
    // Beside: whoever happened to write last must not wait for it, or what comes after would pass it. One that fails leaves the old file, and the next tries again.
    this.#compacting = journal
      .compact(() => this.#state())
      .catch(() => {})
      .finally(() => {
        this.#compacting = undefined;
      });
  }

  async close(): Promise<void> {
    await this.#compacting;
    await this.#journal?.close();
  }
}

const printOf = ({ topic, payload }: Publish): string =>
  createHash('sha1').update(topic).update('\0').update(payload).digest('base64').slice(0, 16);

const sessionRecord = (client: string, own: ReadonlyMap<string, SessionSubscription>): JournalRecord => ({
  head: { kind: 'session', client, topics: [...own.values()] },
});
function messageRecord({ n, topic, qos, retain, waits, payload }: Kept, sender?: Sender): JournalRecord {
  return { head: { kind: 'message', n, topic, qos, retain, to: [...waits], ...(sender ? { sender } : {}) }, body: payload };
}
