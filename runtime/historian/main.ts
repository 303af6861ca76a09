/**
 * Process entry: the first consumer of the log. Follows all scan and output lanes, writes chunks and the newest values. Any number may be
 * started; one works, the others wait for its lock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '#drizzle/client.ts';
import { refusalOf } from '#drizzle/refusal.ts';
import type { Trouble } from '#drizzle/troubles.ts';
import { HeadSampler } from '#runtime/log/head-sampler.ts';
import { surviveLostSessions } from '#runtime/log/lost-sessions.ts';
import { openListener } from '#runtime/log/notify.ts';
import { type OpenLogReader, openLogReader } from '#runtime/log/reader.ts';
import { startBeat } from '#runtime/supervisor/beat.ts';
import { openLog } from '#runtime/supervisor/log.ts';
import { onStop } from '#runtime/supervisor/stop.ts';
import { anchorAudit } from './anchor-audit.ts';
import { consume } from './consume.ts';
import { type HouseFacts, keepHousekeeper } from './housekeeper.ts';
import { holdHistorianLock } from './lock.ts';
import { noteStored } from './traced.ts';

const url = process.env.DATABASE_URL;
if (!url) throw new Error('DATABASE_URL is not set: the PostgreSQL URL or the socket folder of the embedded server');
const log = openLog('historian');
surviveLostSessions(log);
const database = openDatabase(url, { max: 3, name: 'millwright historian' });
const stop = new AbortController();
const facts: { active: boolean; samples: number; chunks: number; bytes: number; house?: HouseFacts } = {
  active: false,
  samples: 0,
  chunks: 0,
  bytes: 0,
};
/** What keeps it from storing; else what housekeeping could not do. Health shows it as the reason. */
let trouble: readonly Trouble[] = [];
let reader: OpenLogReader | undefined;
const problems = () => [...trouble, ...(reader?.problems ?? []), ...(facts.house?.problems ?? [])];
const beat = startBeat({
  sql: database.sql,
  kind: 'historian',
  facts: () => ({ ...facts, problems: problems() }),
  warn: (error) => log.warn({ error: String(error) }, 'heartbeat failed'),
});

let wake = () => {};
const listener = openListener(url, ['log'], () => wake(), { name: 'historian listen' });
/** Until the log has news, a stop is asked for, or `ms` are over. */
const wait = (ms: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.signal.addEventListener('abort', done);
    wake = done;
  });

async function session(): Promise<void> {
  const opened = await openLogReader(url as string, {
    name: 'historian',
    onUnreadable: (at, error) => log.error({ ...at, code: error.code, reason: error.message }, 'log entry unreadable'),
  });
  reader = opened;
  try {
    await using lock = await holdHistorianLock(url as string, stop.signal);
    if (!lock) return;
    facts.active = true;
    log.info('following the log');
    const over = new AbortController();
    const until = AbortSignal.any([over.signal, stop.signal]);
    const beside = Promise.all([
      anchored(until),
      keepHousekeeper((house) => {
        facts.house = house;
        for (const reason of house.problems ?? []) log.warn({ reason }, 'housekeeping');
      }, until),
    ]);
    const heads = new HeadSampler();
    await consume({
      sql: database.sql,
      read: opened.readAfter,
      wait,
      signal: stop.signal,
      onFlush: (lane, samples, chunks, bytes) => {
        facts.samples += samples;
        facts.chunks += chunks;
        facts.bytes += bytes;
        log.debug({ lane, samples, chunks, bytes }, 'stored');
      },
      traces: {
        take: (entry) => heads.take(entry),
        stored: (orgId, steps) =>
          noteStored(database.sql, orgId, steps).catch((error) => log.warn({ error: String(error) }, 'times of traces')),
      },
      onTrouble: (error) => {
        if (error && trouble.length === 0)
          log.error({ reason: error.message }, 'the database takes no history; nothing is lost while the log stands');
        if (!error) log.info('history is stored again');
        trouble = error ? [refusalOf(error), { code: 'history-waits' }] : [];
      },
    }).finally(() => {
      over.abort();
      return beside.then(() => {});
    });
  } finally {
    facts.active = false;
    await opened.close();
  }
}

/** Needs the data folder and the master key; a historian beside an outside database may have neither. */
async function anchored(signal: AbortSignal): Promise<void> {
  const { MILLWRIGHT_DATA: dataFolder, MILLWRIGHT_MASTER_KEY: masterKey } = process.env;
  if (dataFolder && masterKey) await anchorAudit({ db: database.db, dataFolder, masterKey, log }, signal);
}

const working = (async () => {
  while (!stop.signal.aborted) {
    try {
      await session();
    } catch (error) {
      // Nothing is lost: the next session reads again from what is stored.
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'starting again');
      await sleep(500, undefined, { signal: stop.signal }).catch(() => {});
    }
  }
})();
process.send?.({ ready: true });

onStop(async (reason) => {
  log.info({ reason }, 'stopping');
  stop.abort();
  await working;
  await listener.close();
  await beat.stop();
  await database.close();
});
