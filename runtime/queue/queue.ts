import { createPostgresBackend, type Job, Queue, setDefaultBackendFactory, Worker } from 'bullmq';
import type { z } from 'zod';
import { pgOptions } from '#drizzle/address.ts';
import { JOBS, type JobName } from './jobs.ts';
import { QUEUE_SCHEMA } from './migrate.ts';

/** Where the queue lives: the database, or Redis/Valkey by `QUEUE_URL=redis://…`. */
export interface QueueAddress {
  readonly databaseUrl: string;
  readonly queueUrl?: string | undefined;
}
/** Connections of one queue or worker: BullMQ needs at least 2. */
const POOL = 3;

function connectionOf(address: QueueAddress) {
  if (address.queueUrl) {
    if (!/^rediss?:\/\//.test(address.queueUrl))
      throw new Error(`QUEUE_URL must start with redis:// or rediss://, not '${address.queueUrl.split(':')[0]}:'`);
    const url = new URL(address.queueUrl);
    return {
      host: url.hostname,
      port: Number(url.port || 6379),
      ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
      ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
      ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
      ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
      // a worker waits for its server to come back for ever
      maxRetriesPerRequest: null,
    };
  }
  // Once per process; given as an option instead it is silently ignored and Redis is looked for.
  setDefaultBackendFactory(createPostgresBackend);
  return { ...pgOptions(address.databaseUrl), schema: QUEUE_SCHEMA, max: POOL };
}

export interface JobQueue<N extends JobName> {
  /** Adds jobs whose `id` is not waiting or running already; data is checked against the job's schema. */
  add(jobs: readonly { id: string; data: z.input<(typeof JOBS)[N]['data']> }[]): Promise<void>;
  close(): Promise<void>;
}

export function openQueue<N extends JobName>(address: QueueAddress, name: N, onError: (error: Error) => void): JobQueue<N> {
  const job = JOBS[name];
  const queue = new Queue(name, { connection: connectionOf(address) });
  queue.on('error', onError);
  return {
    async add(jobs) {
      if (jobs.length === 0) return;
      await queue.addBulk(
        jobs.map(({ id, data }) => ({
          name,
          data: job.data.parse(data),
          opts: {
            deduplication: { id },
            attempts: job.attempts,
            backoff: { type: 'exponential', delay: job.backoffMs },
            removeOnComplete: true,
            removeOnFail: true,
          },
        })),
      );
    },
    close: () => inTime(queue.close()),
  };
}

/** Works off the jobs of one kind. The handler may hold its job as long as it likes; `signal` ends when the worker is closing. */
export function startWorker<N extends JobName>(
  address: QueueAddress,
  name: N,
  handle: (data: z.output<(typeof JOBS)[N]['data']>, signal: AbortSignal) => Promise<void>,
  options: { concurrency?: number; onError: (error: Error) => void },
): { close(): Promise<void> } {
  const job = JOBS[name];
  const stopping = new AbortController();
  const worker = new Worker(
    name,
    async (one: Job) => handle(job.data.parse(one.data) as z.output<(typeof JOBS)[N]['data']>, stopping.signal),
    {
      connection: connectionOf(address),
      concurrency: options.concurrency ?? job.concurrency,
      lockDuration: job.lockMs,
      stalledInterval: job.stalledMs,
      maxStalledCount: job.mostStalls,
    },
  );
  worker.on('error', options.onError);
  worker.on('failed', (_job, error) => options.onError(error));
  return {
    async close() {
      stopping.abort();
      await inTime(worker.close());
    },
  };
}

/** A queue whose connection was cut takes long to notice, and closing waits for that; a process that is asked to leave does not. */
const CLOSE_MS = 2_000;

async function inTime(closing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, CLOSE_MS);
  });
  await Promise.race([closing, late]).finally(() => clearTimeout(timer));
}
