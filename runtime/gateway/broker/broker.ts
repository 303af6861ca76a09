import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Aedes, type AedesOptions, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Logger } from 'pino';
import { messageOf } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { checkDeviceToken } from '#drizzle/device-tokens.ts';
import { brokerNotes, noteBroker } from './broker-file.ts';
import { Inbox, InboxFullError, type InboxLimits } from './inbox.ts';
import { InboxPersistence, noteInbox } from './persistence.ts';
import { mayPublish, maySubscribe } from './topics.ts';

const REFUSED = 5; // MQTT 3.1.1, 3.2.2.3: not authorized
const UNAVAILABLE = 3;
/** A device that keeps failing is not let to the (costly) password check for a moment. */
const MOST_FAILURES = 5;
const FAILURE_PAUSE_MS = 30_000;
/** Larger than a minute of waveform at 50 kHz (12 MB); a device cannot fill the memory with one packet. */
const LARGEST_PAYLOAD = 16 << 20;

/** A session whose client does not come back is forgotten after a day, as the platform's own MQTT 5 sessions are. */
const SESSION_MS = 86_400_000;
const SWEEP_MS = 60_000;
/** Nobody subscribes it: where a message goes that was kept before. */
const NOWHERE = '$known';

export interface Broker {
  readonly port: number;
  readonly clients: () => number;
  /** Bytes of messages that are acknowledged and wait for their sessions. */
  readonly waiting: () => number;
  close(): Promise<void>;
}

/**
 * The platform's own MQTT 3.1.1 broker, on loopback. Devices sign in with a device token; they see and publish below the names of their
 * organization only. A QoS 1 or 2 message is acknowledged when it is on disk for every session that subscribed it (`Inbox`); a session that has
 * as much waiting as it may holds its devices up, and is forgotten when nobody is there to take it. The port stays the same over restarts and
 * is told in `broker.json` of the data folder, beside what a seed put there.
 */
export async function openBroker(options: {
  db: Db;
  log: Logger;
  dataFolder: string;
  port?: number;
  host?: string;
  limits?: Partial<InboxLimits>;
}): Promise<Broker> {
  const { db, log, dataFolder, host = '127.0.0.1' } = options;
  const before = await brokerNotes(dataFolder);
  const rights = new WeakMap<Client, ReadonlySet<string>>();
  const failures = new Map<string, { count: number; until: number }>();
  const inbox = await Inbox.open(join(dataFolder, 'broker'), options.limits);
  const persistence = new InboxPersistence(inbox);
  const absent = new Map<string, number>([...inbox.sessions.keys()].map((id) => [id, Date.now()]));
  let warned = 0;

  /** Undefined: kept, or there is no need to. */
  async function keep(client: Client, packet: PublishPacket): Promise<Error | undefined> {
    const { topic, retain, messageId } = packet;
    if (packet.qos === 0) return undefined;
    const message = { topic, retain, qos: packet.qos, payload: Buffer.from(packet.payload) };
    const sender = messageId === undefined ? undefined : { client: client.id, packetId: messageId };
    if (packet.dup && sender && inbox.knows(sender, message)) {
      await inbox.flushed();
      packet.topic = NOWHERE;
      packet.retain = false;
      return undefined;
    }
    const sessions = [...new Set((await persistence.subscriptionsByTopic(topic)).map((sub) => sub.clientId))];
    if (sessions.length === 0 && !retain) return undefined;
    for (const id of sessions)
      if (absent.has(id) && inbox.isFull(id, message)) {
        log.warn({ client: id, bytes: inbox.bytesOf(id) }, 'a session that nobody resumes is full; it is forgotten');
        await persistence.forget(id);
      }
    try {
      noteInbox(
        packet,
        await inbox.keep(
          message,
          sessions.filter((id) => inbox.sessions.has(id)),
          sender,
        ),
      );
      return undefined;
    } catch (error) {
      if (Date.now() - warned > SWEEP_MS) log.error({ topic, error: messageOf(error) }, 'message not kept, so not acknowledged');
      warned = Date.now();
      return error instanceof InboxFullError ? error : new Error('the message could not be kept', { cause: error });
    }
  }

  const aedes = await Aedes.createBroker({
    concurrency: 500,
    persistence: persistence as unknown as AedesOptions['persistence'],
    authenticate(client, username, password, done) {
      const refuse = (returnCode: number, message: string) =>
        done(Object.assign(new Error(message), { returnCode }) as AuthenticateError, false);
      const name = username ?? '';
      const failed = failures.get(name);
      if (failed && failed.count >= MOST_FAILURES && failed.until > Date.now())
        return refuse(REFUSED, 'too many failed attempts');
      checkDeviceToken(db, name, password?.toString('utf8') ?? '').then(
        (found) => {
          if (!found) {
            if (failures.size > 10_000) failures.clear();
            const count = failed && failed.until > Date.now() ? failed.count + 1 : 1;
            failures.set(name, { count, until: Date.now() + FAILURE_PAUSE_MS });
            log.warn({ client: client?.id, username: name }, 'device refused');
            return refuse(REFUSED, 'user name or password is wrong');
          }
          failures.delete(name);
          rights.set(client, found.names);
          done(null, true);
        },
        (error) => {
          log.warn({ error: messageOf(error) }, 'device token not checked');
          refuse(UNAVAILABLE, 'the platform cannot check it now');
        },
      );
    },
    authorizePublish(client, packet, done) {
      // without a client it is the broker's own, or the will of a device that signed in and was checked when it connected
      if (!client) return done(null);
      const allowed = mayPublish(packet.topic, rights.get(client) ?? new Set());
      const small = (packet.payload?.length ?? 0) <= LARGEST_PAYLOAD;
      if (!allowed || !small) log.warn({ client: client.id, topic: packet.topic, allowed, small }, 'message refused');
      if (!allowed) return done(new Error(`not allowed to publish on ${packet.topic}`));
      if (!small) return done(new Error('payload too large'));
      // QoS 0 needs no answer
      if (packet.qos === 0) return done(null);
      keep(client, packet).then(
        (error) => done(error ?? null),
        (error) => done(error),
      );
    },
    authorizeSubscribe(client, subscription, done) {
      const allowed = maySubscribe(subscription.topic, rights.get(client) ?? new Set());
      if (!allowed) log.warn({ client: client.id, filter: subscription.topic }, 'subscription refused');
      done(null, allowed ? subscription : null);
    },
    // the last gate: a retained message or a shared session never reaches another organization
    authorizeForward: (client, packet) =>
      mayPublish(packet.topic, rights.get(client) ?? new Set()) && persistence.mayForward(client, packet) ? packet : null,
  });
  aedes.on('clientReady', (client) => absent.delete(client.id));
  aedes.on('clientDisconnect', (client) => {
    if (inbox.sessions.has(client.id)) absent.set(client.id, Date.now());
  });
  const sweep = setInterval(() => {
    for (const [id, since] of absent) {
      if (Date.now() - since < SESSION_MS) continue;
      absent.delete(id);
      persistence.forget(id).catch((error) => log.warn({ client: id, error: messageOf(error) }, 'session not forgotten'));
    }
  }, SWEEP_MS);
  const server = createServer(aedes.handle);
  const kept = options.port ?? (typeof before.port === 'number' ? before.port : 0);
  const port = await listen(server, kept, host).catch((error) => {
    if (kept === 0 || options.port !== undefined) throw error;
    log.warn({ port: kept, error: messageOf(error) }, 'the broker’s port is taken; another one is used');
    return listen(server, 0, host);
  });
  await noteBroker(dataFolder, { host, port });
  log.info({ port }, 'broker listens');
  return {
    port,
    clients: () => aedes.connectedClients,
    waiting: () => inbox.bytes,
    async close() {
      clearInterval(sweep);
      await new Promise<void>((resolve) => aedes.close(resolve));
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await inbox.close();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new Error('the broker has no port'));
    });
  });
}
