import type { Sql } from 'postgres';

export const DAY_MS = 86_400_000;
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
/** Partitions stand ready this far ahead, so that a machine without supervision for a week can go on. */
const AHEAD_DAYS = 7;

/** Makes today's partition and those ahead. Cheap when they are there; called at every start and hourly. */
export async function ensureDays(sql: Sql): Promise<void> {
  await sql`select log_make_days(log_today(), log_today() + ${AHEAD_DAYS}::int)`;
}
