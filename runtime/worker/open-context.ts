import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Database, type Db, openDatabase } from '#drizzle/client.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { sessionLost } from '#runtime/log/connection.ts';
import { openNotifier } from '#runtime/log/notify.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import type { OnUnreadable } from '#runtime/log/unreadable.ts';
import { openCodeCache } from '#runtime/sandbox/code-cache.ts';
import type { WorkerContext } from './context.ts';
import { FlightRecorder, readCrashed } from './flight.ts';
import { CommitSession } from './lease.ts';
import { NodeCosts } from './node-costs.ts';
import { Programs } from './programs.ts';
import { noteCrashes, noteStuck } from './strikes.ts';
import type { WorkerOptions } from './worker.ts';

/** What keeps a stuck process from writing its strike must not keep it alive. */
const LAST_WORDS_MS = 2_000;
const AWAY_MS = 250;

export interface OpenContext extends WorkerContext {
  readonly database: Database;
  /** A program cannot be interrupted: this process is ending. */
  readonly ending: boolean;
  close(): Promise<void>;
}

/** A worker that begins while the database comes back waits for it: what its predecessor left behind must not be read in vain. */
async function answering(db: Db, log: Logger): Promise<void> {
  for (let told = false; ; told = true)
    try {
      await db.execute('select 1');
      return;
    } catch (error) {
      if (!sessionLost(error)) throw error;
      if (!told) log.warn({ err: error }, 'the database is away');
      await sleep(AWAY_MS);
    }
}

/** Sessions, files and caches of a worker. Notes who was in the air in processes that are no more. */
export async function openContext(options: WorkerOptions): Promise<OpenContext> {
  const { databaseUrl, dataFolder, log } = options;
  const database = openDatabase(databaseUrl, { max: 6, name: 'millwright worker' });
  const { db } = database;
  await answering(db, log);
  const flightFolder = join(dataFolder, 'worker');
  const crashed = readCrashed(flightFolder);
  const flight = new FlightRecorder(flightFolder);
  const session = new CommitSession(databaseUrl);
  const notifier = openNotifier(databaseUrl, { name: 'worker notify' });
  const onUnreadable: OnUnreadable = (at, error) =>
    log.error({ ...at, code: error.code, reason: error.message }, 'log entry unreadable');
  const reader = await openLogReader(databaseUrl, { name: 'worker reader', onUnreadable });
  const recoveryReader = await openLogReader(databaseUrl, { name: 'worker recovery', onUnreadable });
  let ending = false;
  await noteCrashes(db, crashed);
  const codeCache = openCodeCache(join(dataFolder, 'code-cache'));
  const limits = options.limits ?? {};
  const onFatal: WorkerContext['onFatal'] = (shardId, step, error) => {
    if (ending) return;
    ending = true;
    log.fatal(
      { shard: shardId, step, code: error.code, node: error.node, line: error.line, reason: error.message },
      'program cannot be stopped; this process ends',
    );
    const late = setTimeout(() => options.exit(), LAST_WORDS_MS);
    noteStuck(db, shardId, step, error).then(
      () => {
        clearTimeout(late);
        // the strike is written: the flight recorder need not tell it again
        flight.close();
        options.exit();
      },
      () => {},
    );
  };
  return {
    database,
    db,
    session,
    notifier,
    flight,
    log,
    reader,
    recoveryReader,
    blobs: openBlobStore(dataFolder),
    programs: new Programs(db, options.compile),
    codeCache,
    limits,
    costs: new NodeCosts({
      compile: options.compile,
      codeCache,
      limits,
      log,
      onFatal,
      ...(options.timeNodesAfterMs === undefined ? {} : { firstMs: options.timeNodesAfterMs }),
    }),
    trouble: { now: undefined },
    get ending() {
      return ending;
    },
    onFatal,
    async close() {
      await Promise.allSettled([notifier.close(), reader.close(), recoveryReader.close()]);
      await session.close();
      await database.close();
      flight.close();
    },
  };
}
