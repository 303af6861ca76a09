/**
 * Process entry, short-lived: brings what is kept in line with the rules and ends. Started by the historian, once an hour; what is half done
 * when it is stopped is done the next time. Large libraries and large reads are here, so that no process of the product grows by them.
 */

import { resolve } from 'node:path';
import { z } from 'zod';
import { openDatabase } from '#drizzle/client.ts';
import type { Trouble } from '#drizzle/troubles.ts';
import { dropOldEffects } from '#runtime/effects/drop-effects.ts';
import { dropOldReads } from '#runtime/effects/read-history.ts';
import { closeDuck } from '#runtime/historian/cold/duck.ts';
import { moveToCold } from '#runtime/historian/cold/move-to-cold.ts';
import { makeHours } from '#runtime/historian/hours.ts';
import type { HouseRules } from '#runtime/historian/housekeeper.ts';
import { applyRetention } from '#runtime/historian/retention.ts';
import { collectBlobs } from '#runtime/log/blob-collection.ts';
import { DAY_MS, dayOf } from '#runtime/log/days.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { dropOldArchives, type RetiredDays, retireDays } from '#runtime/log/retention.ts';
import { openLog } from '#runtime/supervisor/log.ts';
import { onStop } from '#runtime/supervisor/stop.ts';
import { dropEndedShards, dropOldCheckpoints, keepDaily } from '#runtime/worker/kept-checkpoint.ts';
import { keepHouse, type Step } from './keep-house.ts';
import { takeLock } from './lock.ts';

const log = openLog('housekeeping');
const days = (standard: number) => z.coerce.number().int().min(0).max(36_500).default(standard);
const checked = z
  .object({
    DATABASE_URL: z.string().min(1),
    MILLWRIGHT_DATA: z.string().min(1).default('.millwright'),
    /** Days of the log that stay in the database at least; checkpoints and the historian may need more. */
    MILLWRIGHT_LOG_DAYS: days(7).pipe(z.number().min(1)),
    /** Days that their archives are kept; 0 = days are dropped without an archive. */
    MILLWRIGHT_ARCHIVE_DAYS: days(30),
    /** Days that samples are kept, where a tag has no rule of its own; 0 = for ever. */
    MILLWRIGHT_HISTORY_DAYS: days(0),
    /** Days after which samples move from the database to Parquet files. */
    MILLWRIGHT_HOT_DAYS: days(30).pipe(z.number().min(1)),
    /** Hours that raw waves and every frame are kept, where a tag has no rule of its own. */
    MILLWRIGHT_RAW_HOURS: z.coerce.number().int().min(1).max(876_000).default(6),
  })
  .safeParse(process.env);
if (!checked.success) {
  const problems = checked.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  log.fatal({ problems }, 'the environment is not complete');
  process.exit(1);
}
const env = checked.data;
const dataFolder = resolve(env.MILLWRIGHT_DATA);
const { db, sql, close } = openDatabase(env.DATABASE_URL, { max: 4, name: 'millwright housekeeping' });
const stop = new AbortController();
const { signal } = stop;
const sampleDays = env.MILLWRIGHT_HISTORY_DAYS;
const rawHours = env.MILLWRIGHT_RAW_HOURS;

/** In this order: hours before the samples they are made of may go, uses of blobs before blobs. */
const steps: Step[] = [
  {
    name: 'hours',
    run: async () => {
      const reader = await openLogReader(env.DATABASE_URL, { name: 'housekeeping' });
      try {
        return { days: await makeHours(sql, { tx: db, readLog: reader.readAfter, dataFolder }, signal) };
      } finally {
        await reader.close();
      }
    },
  },
  { name: 'retention', run: () => applyRetention(sql, { sampleDays, frameHours: rawHours }, signal) },
  { name: 'cold', run: () => moveToCold(sql, dataFolder, { hotDays: env.MILLWRIGHT_HOT_DAYS }, signal) },
  {
    name: 'checkpoints',
    run: async () => ({
      kept: await keepDaily(sql, signal),
      dropped: await dropOldCheckpoints(sql, env.MILLWRIGHT_LOG_DAYS + env.MILLWRIGHT_ARCHIVE_DAYS),
      shards: await dropEndedShards(sql, env.MILLWRIGHT_LOG_DAYS + env.MILLWRIGHT_ARCHIVE_DAYS),
    }),
  },
  {
    name: 'log',
    run: async () => {
      const retired = await retireDays(
        sql,
        env.MILLWRIGHT_LOG_DAYS,
        env.MILLWRIGHT_ARCHIVE_DAYS > 0 ? dataFolder : undefined,
        signal,
      );
      return { ...retired, ...heldTooLong(retired) };
    },
  },
  { name: 'archives', run: async () => ({ dropped: await dropOldArchives(sql, dataFolder, env.MILLWRIGHT_ARCHIVE_DAYS) }) },
  { name: 'reads', run: async () => ({ dropped: await dropOldReads(sql, env.MILLWRIGHT_LOG_DAYS, signal) }) },
  {
    name: 'effects',
    run: async () => ({ dropped: await dropOldEffects(sql, env.MILLWRIGHT_LOG_DAYS + env.MILLWRIGHT_ARCHIVE_DAYS, signal) }),
  },
  { name: 'blobs', run: () => collectBlobs(db, dataFolder, { waveHours: rawHours, sampleDays }, signal) },
];

/** Something that stands still for so long keeps more than anyone planned for. */
const PATIENCE_DAYS = 7;
function heldTooLong({ held }: RetiredDays): { problem?: Trouble } {
  const since = dayOf(Date.now()) - env.MILLWRIGHT_LOG_DAYS - PATIENCE_DAYS;
  if (!held || held.day > since) return {};
  const date = new Date(held.day * DAY_MS).toISOString().slice(0, 10);
  return { problem: { code: 'log-held', params: { date, by: held.by } } };
}

let working: Promise<void> = Promise.resolve();
onStop(async () => {
  stop.abort();
  await working;
});
working = (async () => {
  const lock = await takeLock(sql);
  if (!lock) return log.info('another one is at it');
  try {
    const done = await keepHouse(steps, signal, (step, error) => log.error({ step, err: error }, 'a step failed'));
    const rules: HouseRules = {
      logDays: env.MILLWRIGHT_LOG_DAYS,
      archiveDays: env.MILLWRIGHT_ARCHIVE_DAYS,
      sampleDays,
      hotDays: env.MILLWRIGHT_HOT_DAYS,
      largeHours: rawHours,
    };
    const report = { ...done, rules };
    log.info(report, 'kept house');
    await new Promise<void>((sent) => (process.send ? process.send(report, () => sent()) : sent()));
  } finally {
    await lock.release();
    await closeDuck();
    await close();
  }
})();
await working.catch((error: unknown) => {
  log.error({ err: error }, 'housekeeping');
  process.exitCode = 1;
});
process.exit();
