import { type JobQueue, openQueue } from '#runtime/queue/queue.ts';
import { env } from '../env.ts';
import { log } from '../log.ts';

/** One queue a process; on `globalThis` because the development server loads modules anew at every edit. */
const held = globalThis as typeof globalThis & { millwrightRunQueue?: JobQueue<'run'> };

/** Hands a run to the workers. Safe to call twice: a run that waits or works is not added again. */
export async function enqueueRun(runId: string): Promise<void> {
  held.millwrightRunQueue ??= openQueue({ databaseUrl: env().DATABASE_URL, queueUrl: env().QUEUE_URL }, 'run', (error) =>
    log.error({ err: error }, 'run queue'),
  );
  await held.millwrightRunQueue.add([{ id: runId, data: { runId } }]);
}
