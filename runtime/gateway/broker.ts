import { createServer, type Server } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { Logger } from 'pino';
import { messageOf } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { checkDeviceToken } from '#drizzle/device-tokens.ts';
import { brokerNotes, noteBroker } from './broker-file.ts';
import { mayPublish, maySubscribe } from './broker-topics.ts';

const REFUSED = 5; // MQTT 3.1.1, 3.2.2.3: not authorized
const UNAVAILABLE = 3;
/** A device that keeps failing is not let to the (costly) password check for a moment. */
const MOST_FAILURES = 5;
const FAILURE_PAUSE_MS = 30_000;
/** Larger than a minute of waveform at 50 kHz (12 MB); a device cannot fill the memory with one packet. */
const LARGEST_PAYLOAD = 16 << 20;

export interface Broker {
  readonly port: number;
  readonly clients: () => number;
  close(): Promise<void>;
}

/**
 * The platform's own MQTT 3.1.1 broker, on loopback. Devices sign in with a device token; they see and publish below the names of their
 * organization only. The port stays the same over restarts and is told in `broker.json` of the data folder, beside what a seed put there.
 */
export async function openBroker(options: {
  db: Db;
  log: Logger;
  dataFolder: string;
  port?: number;
  host?: string;
}): Promise<Broker> {
  const { db, log, dataFolder, host = '127.0.0.1' } = options;
  const before = await brokerNotes(dataFolder);
  const rights = new WeakMap<Client, ReadonlySet<string>>();
  const failures = new Map<string, { count: number; until: number }>();

  const aedes = await Aedes.createBroker({
    concurrency: 500,
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
      done(allowed && small ? null : new Error(allowed ? 'payload too large' : `not allowed to publish on ${packet.topic}`));
    },
    authorizeSubscribe(client, subscription, done) {
      const allowed = maySubscribe(subscription.topic, rights.get(client) ?? new Set());
      if (!allowed) log.warn({ client: client.id, filter: subscription.topic }, 'subscription refused');
      done(null, allowed ? subscription : null);
    },
    // the last gate: a retained message or a shared session never reaches another organization
    authorizeForward: (client, packet) => (mayPublish(packet.topic, rights.get(client) ?? new Set()) ? packet : null),
  });
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
    async close() {
      await new Promise<void>((resolve) => aedes.close(resolve));
      await new Promise<void>((resolve) => server.close(() => resolve()));
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
