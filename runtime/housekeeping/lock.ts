import type { Sql } from 'postgres';

/** Beside the historian's own lock (space 3, key 0): a historian that was killed may have left one at work. */
const SPACE = 3;
const KEY = 1;

/** Undefined while another one is at it. The lock is the session's: a killed process' is free at once. */
export async function takeLock(sql: Sql): Promise<{ release(): Promise<void> } | undefined> {
  const session = await sql.reserve();
  const [row] = await session<{ ok: boolean }[]>`select pg_try_advisory_lock(${SPACE}, ${KEY}) as ok`;
  if (row?.ok !== true) {
    session.release();
    return undefined;
  }
  return {
    release: async () => {
      await session`select pg_advisory_unlock(${SPACE}, ${KEY})`;
      session.release();
    },
  };
}
