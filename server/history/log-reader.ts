import { type LogReader, openLogReader } from '#runtime/log/reader.ts';
import { env } from '../env.ts';

const held = globalThis as typeof globalThis & { millwrightLogReader?: Promise<LogReader> };

/**
 * The process' one reader of the log. It works as the database's owner, because a lane is no tenant's table: whoever passes lanes to it has
 * found them in a transaction of their own tenant.
 */
export function logReader(): Promise<LogReader> {
  held.millwrightLogReader ??= openLogReader(env().DATABASE_URL, { name: 'web log' }).catch((error) => {
    delete held.millwrightLogReader;
    throw error;
  });
  return held.millwrightLogReader;
}

export const readLog: LogReader['readAfter'] = async (lanes, cursors, limit) =>
  (await logReader()).readAfter(lanes, cursors, limit);

/** For tests and a clean stop. */
export async function closeLogReader(): Promise<void> {
  const reader = held.millwrightLogReader;
  delete held.millwrightLogReader;
  await (await reader)?.close();
}
