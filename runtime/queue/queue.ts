import { createPostgresBackend, type Job, Queue, Worker, type WorkerOptions } from 'bullmq';
import type { z } from 'zod';
import { pgOptions } from '#drizzle/address.ts';
import { type QueueAddress, redisOptions } from './address.ts';
import { JOBS, type JobName } from './jobs.ts';
import { QUEUE_SCHEMA } from './migrate.ts';

/** Connections of one queue or worker: BullMQ needs at least 2. */
const POOL = 3;
/** A queue that does not answer by then is told as away; what it had taken by then it may still do. */
const ADD_MS = 2_000;
/** A queue whose connection was cut takes long to notice, and closing waits for that; a process that is asked to leave does not. */
const CLOSE_MS = 2_000;

const inPostgres = (address: QueueAddress) => ({ ...pgOptions(address.databaseUrl), schema: QUEUE_SCHEMA, max: POOL });

// The backend is an argument of its own: among the options it is silently ignored, and Redis is looked for.
const queueAt = (address: QueueAddress, name: string) =>
  address.queueUrl
    ? new Queue(name, { connection: redisOptions(address.queueUrl) })
    : new Queue(name, { connection: inPostgres(address) }, createPostgresBackend);

function workerAt(
  address: QueueAddress,
  name: string,
  work: (job: Job) => Promise<void>,
  options: Omit<WorkerOptions, 'connection'>,
) {
  return address.queueUrl
    ? new Worker(name, work, { ...options, connection: redisOptions(address.queueUrl) })
    : new Worker(name, work, { ...options, connection: inPostgres(address) }, createPostgresBackend);
}

/** The queue did not answer in time. Adding again later is safe. */
export class QueueAway extends Error {
  constructor() {
    super(`the queue does not answer in ${ADD_MS / 1000} s`);
    this.name = 'QueueAway';
  }
}

export interface JobQueue<N extends JobName> {
  /**
   * Adds jobs whose `id` is not waiting or running already; data is checked against the job's schema.
   * @throws QueueAway when the queue is out of reach: nobody waits for it longer than two seconds
   */
  add(jobs: readonly { id: string; data: z.input<(typeof JOBS)[N]['data']> }[]): Promise<void>;
  /**
   * Jobs by state.
   * @throws QueueAway
   */
  counts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export function openQueue<N extends JobName>(address: QueueAddress, name: N, onError: (error: Error) => void): JobQueue<N> {
  const job = JOBS[name];
  const queue = queueAt(address, name);
  queue.on('error', onError);
  return {
    async add(jobs) {
      if (jobs.length === 0) return;
      const added = queue.addBulk(
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
      // Redis' client would keep it until its server is back.
      if (!(await within(ADD_MS, added))) throw new QueueAway();
    },
    async counts() {
      let found: Record<string, number> = {};
      const asked = queue.getJobCounts('wait', 'active', 'delayed').then((counts) => {
        found = counts;
      });
      if (!(await within(ADD_MS, asked))) throw new QueueAway();
      return found;
    },
    close: () => within(CLOSE_MS, queue.close()).then(() => {}),
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
  const worker = workerAt(
    address,
    name,
    async (one) => handle(job.data.parse(one.data) as z.output<(typeof JOBS)[N]['data']>, stopping.signal),
    {
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
      await within(CLOSE_MS, worker.close());
    },
  };
}

/** Did it end in time? What it throws in time is thrown. */
async function within(limit: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(() => done(false), limit);
  });
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}
