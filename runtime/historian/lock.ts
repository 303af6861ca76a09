import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '#drizzle/client.ts';

/** Number space of advisory locks: 1 lanes, 2 workers, 3 the historian. */
const SPACE = 3;

/**
 * Waits until this process is the only historian; undefined when `signal` came first. The lock is the session's: a killed historian's is
 * free as soon as the kernel has closed its socket.
 */
export async function holdHistorianLock(url: string, signal: AbortSignal): Promise<AsyncDisposable | undefined> {
  const database = openDatabase(url, { max: 1, name: 'millwright historian lock' });
  while (!signal.aborted) {
    const [row] = await database.sql<{ ok: boolean }[]>`select pg_try_advisory_lock(${SPACE}, 0) as ok`.catch(async (error) => {
      await database.close();
      throw error;
    });
    if (row?.ok) return { [Symbol.asyncDispose]: () => database.close() };
    await sleep(250, undefined, { signal }).catch(() => {});
  }
  await database.close();
  return undefined;
}
