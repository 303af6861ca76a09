import { Readable } from 'node:stream';
import type { Client } from 'aedes';
import MemoryPersistence from 'aedes-persistence/asyncPersistence.js';
import type { Inbox, Kept, SessionSubscription } from './inbox.ts';

type Queued = Parameters<MemoryPersistence['outgoingUpdate']>[1] & {
  messageId?: number;
  dup?: boolean;
  brokerId?: string;
  brokerCounter?: number;
  /** Survives every copy that the broker makes of a packet, and is not sent under MQTT 3.1.1. */
  properties?: { inbox?: number };
};
interface Outgoing {
  /** A session is being resumed: what waited goes first, and what comes meanwhile behind it. */
  resuming?: { readonly waited: ReadonlyMap<string, Queued>; readonly over: Promise<void> };
  readonly byCounter: Map<string, Queued>;
  readonly byId: Map<number, Queued>;
}
const keyOf = (packet: Queued) => `${packet.brokerId} ${packet.brokerCounter}`;
const FROM_DISK = 'inbox';

/** The packet carries the number under which the inbox keeps it. */
export function noteInbox(packet: object, n: number): void {
  (packet as Queued).properties = { inbox: n };
}

/** The memory of the broker, over the inbox: sessions, what waits for them and retained messages come back after any end of the process. */
export class InboxPersistence extends MemoryPersistence {
  readonly #inbox: Inbox;
  readonly #outgoing = new Map<string, Outgoing>();

  constructor(inbox: Inbox) {
    super();
    this.#inbox = inbox;
  }

  override async setup(broker: unknown): Promise<void> {
    await super.setup(broker);
    for (const [id, own] of this.#inbox.sessions) await super.addSubscriptions(clientOf(id), [...own.values()] as never);
    for (const message of this.#inbox.kept) {
      if (this.#inbox.retains(message)) await super.storeRetained({ ...queued(message), retain: true } as never);
      for (const [client, packetId] of message.waits)
        this.#queue(client, { ...queued(message), messageId: packetId || undefined });
    }
  }

  override async addSubscriptions(client: Client, subs: Parameters<MemoryPersistence['addSubscriptions']>[1]): Promise<void> {
    await super.addSubscriptions(client, subs);
    await this.#inbox.subscribe(client.id, subs as unknown as SessionSubscription[]);
  }
  override async removeSubscriptions(client: Client, topics: string[]): Promise<void> {
    await super.removeSubscriptions(client, topics);
    await this.#inbox.unsubscribe(client.id, topics);
  }
  /** A clean session begins: nothing of the one before is left. */
  override async cleanSubscriptions(client: Client): Promise<void> {
    await super.cleanSubscriptions(client);
    this.#outgoing.delete(client.id);
    await this.#inbox.forget(client.id);
  }
  forget(id: string): Promise<void> {
    return this.cleanSubscriptions(clientOf(id));
  }

  #of(client: string): Outgoing {
    const own = this.#outgoing.get(client) ?? { byCounter: new Map(), byId: new Map() };
    this.#outgoing.set(client, own);
    return own;
  }
  #queue(client: string, packet: Queued): void {
    const own = this.#of(client);
    own.byCounter.set(keyOf(packet), packet);
    if (packet.messageId !== undefined) own.byId.set(packet.messageId, packet);
  }

  override async outgoingEnqueue(sub: { clientId: string }, packet: Queued): Promise<void> {
    this.#queue(sub.clientId, { ...packet, messageId: undefined });
  }
  override async outgoingEnqueueCombi(subs: { clientId: string }[], packet: Queued): Promise<void> {
    for (const sub of subs) this.#queue(sub.clientId, { ...packet, messageId: undefined });
  }

  /**
   * The packet is about to be sent under its id. The broker may send one that comes while a session is resumed twice, as new and as waiting:
   * the second goes under the id of the first and says so. An id that another one still waits under is changed.
   */
  override async outgoingUpdate(client: Client, packet: Queued): Promise<void> {
    const own = this.#of(client.id);
    while (own.resuming && !own.resuming.waited.has(keyOf(packet))) await own.resuming.over;
    const waiting = own.byCounter.get(keyOf(packet));
    if (!waiting || packet.messageId === undefined) return; // a copy that nobody keeps
    if (waiting.messageId !== undefined) {
      packet.messageId = waiting.messageId;
      packet.dup = true;
      return;
    }
    while (own.byId.has(packet.messageId)) packet.messageId = packet.messageId >= 65_535 ? 1 : packet.messageId + 1;
    waiting.messageId = packet.messageId;
    own.byId.set(packet.messageId, waiting);
    const n = waiting.properties?.inbox;
    if (n !== undefined) await this.#inbox.sent(n, client.id, packet.messageId);
  }

  override async outgoingClearMessageId(client: Client, packet: Queued): Promise<Queued> {
    const own = this.#outgoing.get(client.id);
    const waiting = packet.messageId === undefined ? undefined : own?.byId.get(packet.messageId);
    if (!own || !waiting || packet.messageId === undefined) return packet;
    own.byId.delete(packet.messageId);
    own.byCounter.delete(keyOf(waiting));
    const n = waiting.properties?.inbox;
    if (n !== undefined) await this.#inbox.done(n, client.id);
    return waiting;
  }

  /** In order; what was sent before goes under its old id, marked as sent again (MQTT 3.1.1, 3.3.1.1 and 4.4). */
  override outgoingStream(client: Client): Readable {
    const own = this.#of(client.id);
    const waited = new Map(own.byCounter);
    const over = Promise.withResolvers<void>();
    const resuming = { waited, over: over.promise };
    own.resuming = resuming;
    const packets = function* () {
      for (const packet of waited.values()) yield { ...packet, dup: packet.messageId !== undefined };
    };
    // also when the connection ends in the middle
    return Readable.from(packets()).on('close', () => {
      if (own.resuming === resuming) own.resuming = undefined;
      over.resolve();
    });
  }
}

const clientOf = (id: string): Client => ({ id }) as Client;
const queued = ({ n, topic, payload, qos }: Kept): Queued => ({
  cmd: 'publish',
  topic,
  payload,
  qos,
  retain: false,
  dup: false,
  brokerId: FROM_DISK,
  brokerCounter: n,
  properties: { inbox: n },
});
