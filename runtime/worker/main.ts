/**
 * Process entry: takes turns of shards and runs their programs in isolates, performs effects, works off runs. Any number may be started. It is
 * disposable: a program that cannot be interrupted costs it, its leases move, and the next one knows who it was.
 * Needs `--no-node-snapshot --no-concurrent-recompilation`.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { openDatabase } from '#drizzle/client.ts';
import { openComputePool } from '#runtime/compute/pool.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ensureDays } from '#runtime/log/days.ts';
import { surviveLostSessions } from '#runtime/log/lost-sessions.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { startWorker as startQueueWorker } from '#runtime/queue/queue.ts';
import { endProcess } from '#runtime/sandbox/end-process.ts';
import { startBeat } from '#runtime/supervisor/beat.ts';
import { openLog } from '#runtime/supervisor/log.ts';
import { onStop } from '#runtime/supervisor/stop.ts';
import { compileApp } from './compile-app.ts';
import { storedModels } from './models.ts';
import { openPinDesk } from './pin/desk.ts';
import { performRun } from './replay-run.ts';
import { openRunDesk } from './run-desk.ts';
import { startWorker } from './worker.ts';

const log = openLog('worker');
surviveLostSessions(log);
const schema = z.object({
  DATABASE_URL: z.string().min(1),
  QUEUE_URL: z.string().min(1).optional(),
  MILLWRIGHT_DATA: z.string().min(1).default('.millwright'),
  MILLWRIGHT_MASTER_KEY: z.string().min(1).optional(),
});
const checked = schema.safeParse(process.env);
if (!checked.success) {
  log.fatal(
    { problems: checked.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`) },
    'the environment is not complete',
  );
  process.exit(1);
}
const env = checked.data;
const dataFolder = resolve(env.MILLWRIGHT_DATA);
const database = openDatabase(env.DATABASE_URL, { max: 3, name: 'millwright worker side' });

const blobs = openBlobStore(dataFolder);
const computer = openComputePool({
  models: storedModels(database.db, blobs),
  warn: (what, error) => log.warn({ err: error }, what),
});
const worker = await startWorker({
  computer,
  databaseUrl: env.DATABASE_URL,
  queueUrl: env.QUEUE_URL,
  dataFolder,
  compile: compileApp,
  masterKey: env.MILLWRIGHT_MASTER_KEY,
  log,
  exit: endProcess,
});

const runReader = await openLogReader(env.DATABASE_URL, { name: 'worker runs' });
const replaying = { db: database.db, reader: runReader, blobs, dataFolder, computer };
const pins = openPinDesk({
  tools: {
    ...replaying,
    onFatal: (error) => {
      log.fatal({ node: error.node, reason: error.message }, 'a question about pinned data cannot be stopped; this process ends');
      endProcess();
    },
  },
  databaseUrl: env.DATABASE_URL,
  holder: worker.holder,
  warn: (what, error) => log.warn({ err: error }, what),
});
const desk = openRunDesk({
  db: database.db,
  perform: (runId, signal, aside) =>
    performRun(
      {
        ...replaying,
        holder: worker.holder,
        aside,
        turn: pins.turn,
        onFatal: (error) => {
          log.fatal({ run: runId, node: error.node, reason: error.message }, 'run cannot be stopped; this process ends');
          endProcess();
        },
      },
      runId,
      signal,
    ),
  warn: (what, error) => log.warn({ err: error }, what),
});
const runs = startQueueWorker(
  { databaseUrl: env.DATABASE_URL, queueUrl: env.QUEUE_URL },
  'run',
  ({ runId }, signal) => desk.perform(runId, signal),
  { onError: (error) => log.warn({ err: error }, 'run') },
);

/** Partitions of the log are made ahead here; old ones leave by runtime/housekeeping. */
async function tendDays(): Promise<void> {
  try {
    await ensureDays(database.sql);
  } catch (error) {
    log.warn({ err: error }, 'days of the log');
  }
}
const days = setInterval(tendDays, 3_600_000);
void tendDays();

const beat = startBeat({
  sql: database.sql,
  kind: 'worker',
  facts: () => ({ ...worker.facts(), computing: computer.facts, pinned: pins.facts() }),
  warn: (error) => log.warn({ error: String(error) }, 'heartbeat failed'),
});
process.send?.({ ready: true });
log.info('worker started');

onStop(async (reason) => {
  log.info({ reason }, 'stopping');
  clearInterval(days);
  await Promise.all([runs.close(), desk.stop(), pins.stop(), worker.stop()]);
  await computer.close();
  await runReader.close();
  await beat.stop();
  await database.close();
});
