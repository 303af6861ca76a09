import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'aedes';
import MemoryPersistence from 'aedes-persistence/asyncPersistence.js';
import type { Inbox, Kept, SessionSubscription } from './inbox.ts';

type Queued = Parameters<MemoryPersistence['outgoingUpdate']>[1] & {
  messageId?: number;
  dup?: boolean;
  qos?: number;
  retain?: boolean;
  brokerId?: string;
  brokerCounter?: number;
  /** Survives every copy that the broker makes of a packet, and is not sent under MQTT 3.1.1. */
  properties?: { inbox?: number; resumed?: boolean };
  /** It went, or goes, to its session with what waited there. */
  streamed?: boolean;
};
interface Outgoing {
  /**
   * The session is being resumed: what waits goes in its order, and what comes meanwhile behind it. The broker would send that at once, before what waits; or a
   * second time, under another packet id, so that nobody could know it.
   */
  resuming?: { streamed: number; sent: number };
  /** Streamed, and perhaps still on the way that new messages go. */
  readonly taken: Set<string>;
  readonly byCounter: Map<string, Queued>;
  readonly byId: Map<number, Queued>;
}
/** How often a resumed session looks whether what it was given has gone out. */
const LOOK_MS = 2;
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
    const own = this.#outgoing.get(client) ?? { taken: new Set(), byCounter: new Map(), byId: new Map() };
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

  /** From here on the client is there for the broker. */
  override async subscriptionsByClient(client: Client): ReturnType<MemoryPersistence['subscriptionsByClient']> {
    const own = this.#of(client.id);
    own.resuming = { streamed: 0, sent: 0 };
    own.taken.clear();
    for (const packet of own.byCounter.values()) packet.streamed = false;
    return super.subscriptionsByClient(client);
  }

  /** May the broker send this message now? Not when it goes, or went, with what waited for the session. */
  mayForward(client: Client, packet: object): boolean {
    const own = this.#outgoing.get(client.id);
    const one = packet as Queued;
    if (!own || client.clean || one.qos === 0 || one.retain || one.properties?.resumed) return true;
    const waiting = own.byCounter.get(keyOf(one));
    return waiting ? !own.resuming && !waiting.streamed : !own.taken.has(keyOf(one));
  }

  /** The packet is about to be sent under its id. An id that another one still waits under is changed. */
  override async outgoingUpdate(client: Client, packet: Queued): Promise<void> {
    const own = this.#of(client.id);
    const { resuming } = own;
    const waiting = own.byCounter.get(keyOf(packet));
    if (waiting && packet.messageId !== undefined) {
      if (waiting.messageId !== undefined) {
        packet.messageId = waiting.messageId;
        packet.dup = true;
      } else {
        while (own.byId.has(packet.messageId)) packet.messageId = packet.messageId >= 65_535 ? 1 : packet.messageId + 1;
        waiting.messageId = packet.messageId;
        own.byId.set(packet.messageId, waiting);
        const n = waiting.properties?.inbox;
        if (n !== undefined) await this.#inbox.sent(n, client.id, packet.messageId);
      }
    }
    if (resuming && packet.properties?.resumed) resuming.sent++;
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
    // its session ends: what waits is looked through once
    if (client.clean) return Readable.from([...own.byCounter.values()]);
    const resuming = { streamed: 0, sent: 0 };
    own.resuming = resuming;
    const packets = async function* () {
      const stands = () => own.resuming === resuming && !client.closed;
      while (stands()) {
        for (const packet of own.byCounter.values()) {
          if (packet.streamed) continue;
          packet.streamed = true;
          if (packet.brokerId !== FROM_DISK) own.taken.add(keyOf(packet));
          resuming.streamed++;
          yield { ...packet, dup: packet.messageId !== undefined, properties: { ...packet.properties, resumed: true } };
        }
        // until all of it has gone out, so that what comes next cannot pass it; what came meanwhile goes the same way
        while (stands() && resuming.sent < resuming.streamed) await sleep(LOOK_MS);
        if (![...own.byCounter.values()].some((packet) => !packet.streamed)) break;
      }
      if (own.resuming === resuming) own.resuming = undefined;
    };
    return Readable.from(packets());
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
