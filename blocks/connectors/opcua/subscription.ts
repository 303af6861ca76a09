import {
  AttributeIds,
  type ClientSession,
  type ClientSessionPublishService,
  type ClientSessionRawSubscriptionService,
  DataChangeNotification,
  type DataValue,
  MonitoringMode,
  type NotificationMessage,
  PublishRequest,
  type PublishResponse,
  RepublishRequest,
  type RepublishResponse,
  StatusChangeNotification,
  type StatusCode,
  TimestampsToReturn,
  type TransferSubscriptionsResponse,
} from 'node-opcua';
import type { TagRequest } from '#blocks/sdk/connector.ts';

/** Services that a session has, though its public type does not name them. */
type Services = ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService;

export interface Item {
  /** Names the item in notifications. */
  readonly handle: number;
  readonly tag: TagRequest;
  readonly nodeId: string;
}
/** What another session needs to go on with a subscription. */
export interface KeptSubscription {
  readonly id: number;
  readonly endpoint: string;
  readonly items: readonly Item[];
}
/** One message of the server: acknowledged to it when `taken` resolves. */
export interface Notification {
  readonly sequence: number;
  readonly publishTime: number;
  /** It may have been taken before: the server was asked to send it again. */
  readonly again: boolean;
  readonly values: readonly { readonly item: Item; readonly value: DataValue }[];
}
export interface SubscriptionEvents {
  readonly taken: (notification: Notification) => Promise<void>;
  /** Messages are lost that the server cannot send again. */
  readonly gap: (why: string) => void;
  /** The server ended it, or the session. */
  readonly ended: (why: string) => void;
}

const ITEMS_PER_REQUEST = 500;
/** Publish requests that wait at the server at once. */
const OUTSTANDING = 3;
const REQUEST_LIMIT_MS = 60_000;
const KEEP_ALIVE_MS = 5_000;
/** A subscription whose client is gone lives so long, and its items queue as much. */
const LIFETIME_MS = 60_000;
const LONGEST_QUEUE = 1_000;
/** More messages that nobody has taken stop the asking for others: then the server queues. */
const MOST_UNTAKEN = 200;

/**
 * A subscription over the plain services, because of what the driver's own does not do: a message is acknowledged only when it is safe here,
 * a missing one is asked for again (Republish), and another session goes on with it (TransferSubscriptions) after a broken connection or the
 * end of this process.
 */
export class Subscription {
  readonly id: number;
  readonly items: readonly Item[];
  readonly #session: Services;
  readonly #events: SubscriptionEvents;
  readonly #byHandle: ReadonlyMap<number, Item>;
  #acknowledgements: number[] = [];
  #outstanding = 0;
  #untaken = 0;
  /** Newest sequence number seen; undefined before the first. */
  #newest: number | undefined;
  /** Messages are given in order, also when one must be asked for again. */
  #order: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(session: ClientSession, id: number, items: readonly Item[], events: SubscriptionEvents) {
    this.id = id;
    this.items = items;
    this.#session = session as Services;
    this.#events = events;
    this.#byHandle = new Map(items.map((item) => [item.handle, item]));
  }

  /** Makes a new one; `refused` is told of items that the server does not serve. */
  static async create(
    session: ClientSession,
    wanted: readonly Omit<Item, 'handle'>[],
    events: SubscriptionEvents,
    refused: (tag: TagRequest, status: StatusCode) => void,
  ): Promise<Subscription> {
    const fastest = Math.min(...wanted.map(({ tag }) => tag.samplePeriodMs));
    const interval = Math.max(50, Math.min(1000, fastest));
    const services = session as Services;
    const made = await services.createSubscription({
      requestedPublishingInterval: interval,
      requestedMaxKeepAliveCount: Math.max(2, Math.round(KEEP_ALIVE_MS / interval)),
      requestedLifetimeCount: Math.max(10, Math.round(LIFETIME_MS / interval)),
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 0,
    });
    const items = wanted.map((one, i) => ({ ...one, handle: i + 1 }));
    const served: Item[] = [];
    for (let from = 0; from < items.length; from += ITEMS_PER_REQUEST) {
      const part = items.slice(from, from + ITEMS_PER_REQUEST);
      const { results } = await services.createMonitoredItems({
        subscriptionId: made.subscriptionId,
        timestampsToReturn: TimestampsToReturn.Both,
        itemsToCreate: part.map(({ nodeId, handle, tag }) => ({
          itemToMonitor: { nodeId, attributeId: AttributeIds.Value },
          monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            clientHandle: handle,
            samplingInterval: tag.samplePeriodMs,
            // room for what happens while nobody asks, as long as the subscription lives
            queueSize: Math.min(LONGEST_QUEUE, Math.max(2, Math.ceil(LIFETIME_MS / Math.max(50, tag.samplePeriodMs)))),
            discardOldest: true,
          },
        })),
      });
      part.forEach((item, i) => {
        const status = results?.[i]?.statusCode;
        if (status?.isGoodish()) served.push(item);
        else if (status) refused(item.tag, status);
      });
    }
    const subscription = new Subscription(session, made.subscriptionId, served, events);
    subscription.#ask();
    return subscription;
  }

  /** Goes on with one of an earlier session; undefined when the server does not give it. Tells a gap when messages of it are gone. */
  static async resume(
    session: ClientSession,
    kept: KeptSubscription,
    events: SubscriptionEvents,
  ): Promise<Subscription | undefined> {
    const asked = { subscriptionIds: [kept.id], sendInitialValues: false };
    const transfer = (session as Services).transferSubscriptions as (a: typeof asked) => Promise<TransferSubscriptionsResponse>;
    const { results } = await transfer.call(session, asked);
    const result = results?.[0];
    if (!result?.statusCode.isGoodish()) return undefined;
    const subscription = new Subscription(session, kept.id, kept.items, events);
    const waiting = [...(result.availableSequenceNumbers ?? [])].sort((a, b) => a - b);
    for (const sequence of waiting) await subscription.#again(sequence);
    // what is not among them was acknowledged, or told the session before that it lost the subscription: the next message begins anew
    subscription.#ask();
    return subscription;
  }

  #ask(): void {
    while (!this.#closed && this.#outstanding < OUTSTANDING && this.#untaken < MOST_UNTAKEN) {
      this.#outstanding++;
      const acknowledged = this.#acknowledgements;
      this.#acknowledgements = [];
      const request = new PublishRequest({
        requestHeader: { timeoutHint: REQUEST_LIMIT_MS },
        subscriptionAcknowledgements: acknowledged.map((sequenceNumber) => ({ subscriptionId: this.id, sequenceNumber })),
      });
      this.#session.publish(request, (error, response) => {
        this.#outstanding--;
        if (this.#closed) return;
        if (response) {
          this.#order = this.#order.then(() => this.#receive(response)).catch((failure) => this.#events.ended(String(failure)));
          this.#ask();
          return;
        }
        // told again with the next request: the server may have them already, which it forgives
        this.#acknowledgements.push(...acknowledged);
        const why = error?.message ?? 'no answer';
        if (/BadTooManyPublishRequests/.test(why)) return; // those that wait at the server are enough
        this.#events.ended(why);
      });
    }
  }

  async #receive({ subscriptionId, notificationMessage }: PublishResponse): Promise<void> {
    if (subscriptionId !== this.id) return;
    const { sequenceNumber: sequence } = notificationMessage;
    const data = notificationMessage.notificationData ?? [];
    const next = this.#newest === undefined ? sequence : (this.#newest % 0xffff_ffff) + 1;
    // a keep-alive names the number that the next message will have
    for (let missing = next; missing < sequence; missing++) await this.#again(missing);
    if (data.length === 0) {
      this.#newest = sequence - 1;
      return;
    }
    this.#newest = sequence;
    this.#give(notificationMessage, false);
  }

  /** Asks for one message once more. */
  async #again(sequence: number): Promise<void> {
    const request = new RepublishRequest({ subscriptionId: this.id, retransmitSequenceNumber: sequence });
    const { promise, resolve } = Promise.withResolvers<RepublishResponse | Error>();
    this.#session.republish(request, (error, response) => resolve(response ?? error ?? new Error('no answer')));
    const answer = await promise;
    if (answer instanceof Error) this.#events.gap(`message ${sequence} of subscription ${this.id}: ${answer.message}`);
    else this.#give(answer.notificationMessage, true);
  }

  #give(message: NotificationMessage, again: boolean): void {
    const values: { item: Item; value: DataValue }[] = [];
    for (const one of message.notificationData ?? []) {
      // that it was transferred is told to both sessions; the one that lost it is refused its next request
      if (one instanceof StatusChangeNotification && !/Transferred/.test(one.status.name)) this.#events.ended(one.status.name);
      if (!(one instanceof DataChangeNotification)) continue;
      for (const { clientHandle, value } of one.monitoredItems ?? []) {
        const item = this.#byHandle.get(clientHandle);
        if (item) values.push({ item, value });
      }
    }
    const { sequenceNumber: sequence } = message;
    const publishTime = message.publishTime?.getTime() ?? 0;
    this.#untaken++;
    this.#events
      .taken({ sequence, publishTime, again, values })
      .then(
        () => {
          this.#acknowledgements.push(sequence);
        },
        () => {}, // not acknowledged: the server keeps it for the next session
      )
      .finally(() => {
        this.#untaken--;
        this.#ask();
      });
  }

  /** Stops listening. `end`: the server forgets it as well; otherwise another session may go on with it. */
  async close(end: boolean): Promise<void> {
    this.#closed = true;
    if (end) await this.#session.deleteSubscriptions({ subscriptionIds: [this.id] });
  }
}
