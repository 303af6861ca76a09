import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import next from 'next';
import { openDatabase } from '#drizzle/client.ts';
import { forwardInbound, isInbound } from '#runtime/gateway/forward.ts';
import { openQueue } from '#runtime/queue/queue.ts';
import { startBeat } from '#runtime/supervisor/beat.ts';
import { onStop } from '#runtime/supervisor/stop.ts';
import { seenCounts } from './history/seen.ts';
import { log } from './log.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';

/**
 * The web process: Next behind our own HTTP server, so that it tells when it is ready, shows its liveness, stops cleanly with event
 * streams still open, and leaves when its supervisor was killed.
 */
const port = Number(process.env.PORT ?? 3000);
const hostname = process.env.HOST ?? '127.0.0.1';
const dir = fileURLToPath(new URL('..', import.meta.url));
/** Open pages get this long to finish an answer; event streams never finish by themselves and are then cut (they reconnect). */
const GRACE_MS = 1_000;

const app = next({ dev: process.env.NODE_ENV === 'development', dir, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const { DATABASE_URL: databaseUrl } = process.env;
const database = databaseUrl ? openDatabase(databaseUrl, { max: 2, name: 'millwright web beat' }) : undefined;
const { QUEUE_URL: queueUrl } = process.env;
// Opened when somebody first reads metrics: a platform without a Prometheus pays nothing for it.
const openQueues = (databaseUrl: string) => {
  const onError = (error: Error) => log.debug({ err: error }, 'queue');
  const address = { databaseUrl, queueUrl };
  return { turn: openQueue(address, 'turn', onError), run: openQueue(address, 'run', onError) };
};
let queues: ReturnType<typeof openQueues> | undefined;
const metrics = database &&
  databaseUrl && {
    sql: database.sql,
    queues: async () => {
      queues ??= openQueues(databaseUrl);
      return { turn: await queues.turn.counts(), run: await queues.run.counts() };
    },
  };
const server = createServer((request, response) => {
  if (request.url === '/metrics') void serveMetrics(request, response, metrics || undefined);
  else if (isInbound(request.url)) void forwardInbound(request, response, database?.sql, log);
  else void handle(request, response);
});
server.on('upgrade', app.getUpgradeHandler());
await new Promise<void>((resolve, reject) => {
  server.once('error', reject);
  server.listen(port, hostname, resolve);
});

const beat =
  database &&
  startBeat({
    sql: database.sql,
    kind: 'web',
    facts: () => {
      const { traced, leftOut } = seenCounts();
      return { port, megabytes: Math.round(process.memoryUsage.rss() / 1e6), traced, tracesLeftOut: leftOut };
    },
    warn: (error) => console.error(JSON.stringify({ level: 40, msg: 'heartbeat failed', error: String(error) })),
  });

onStop(async () => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
  await closed;
  await beat?.stop();
  await Promise.all([queues?.turn.close(), queues?.run.close()]);
  await database?.close();
  await app.close();
});
process.send?.({ ready: true });
