/** Who works on a row of `run`, and how often it was begun. The row is the truth; the queue only says that there is something to do. */
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { run } from '#drizzle/schema/index.ts';
import { holderGone } from './lease.ts';
import { proofFailed } from './verify-run.ts';

/** A run that took its process down this often does so again. */
export const MOST_ATTEMPTS = 3;
/** A holder that is silent for this long (frozen, cut off) has lost its run. */
const LEASE_S = 30;
/** A process that is gone loses it after this silence, some signs of life: less would take a run from one whose database restarts. */
const GONE_S = 3;
/** A holder says this often that it is still there. */
export const RENEW_MS = 1_000;

export type ClaimedRun = typeof run.$inferSelect;
const orphaned = sql.raw(`(holder is null or lease_until < clock_timestamp()
  or (lease_until < clock_timestamp() + interval '${LEASE_S - GONE_S} s' and ${holderGone('holder')}))`);
const lease = sql`clock_timestamp() + ${LEASE_S} * interval '1 s'`;

/** Takes a run that waits, or whose holder is gone. Undefined when it is over, cancelled, someone's, or worn out. */
export async function claimRun(db: Db, runId: string, holder: string): Promise<ClaimedRun | undefined> {
  const [taken] = await db
    .update(run)
    .set({ status: 'running', progress: 0, holder, leaseUntil: lease, attempts: sql`${run.attempts} + 1` })
    .where(
      and(
        eq(run.id, runId),
        sql`(${run.status} = 'queued' or (${run.status} = 'running' and ${orphaned}))`,
        sql`${run.attempts} < ${MOST_ATTEMPTS}`,
      ),
    )
    .returning();
  return taken;
}

/** The attempt still stands: nobody cancelled the run or took it over. Every write about a run asks this. */
export const standing = (attempt: Pick<ClaimedRun, 'id' | 'attempts'>) =>
  and(eq(run.id, attempt.id), eq(run.status, 'running'), eq(run.attempts, attempt.attempts));

/** Sign of life. Gives false when the attempt does not stand any more. */
export async function renewRun(db: Db, attempt: ClaimedRun): Promise<boolean> {
  const rows = await db.update(run).set({ leaseUntil: lease }).where(standing(attempt)).returning({ id: run.id });
  return rows.length > 0;
}

/** For another attempt that does not count this one: what ended it was not the run's doing. */
export async function returnRun(db: Db, attempt: ClaimedRun): Promise<void> {
  await db
    .update(run)
    .set({ status: 'queued', progress: 0, holder: null, leaseUntil: null, attempts: sql`${run.attempts} - 1` })
    .where(standing(attempt));
}

/** Runs that nobody works on: asked for a while ago and not dealt, or their holder is gone. Oldest first. */
export async function openRuns(db: Db, undealtMs: number): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select id from run where attempts < ${MOST_ATTEMPTS} and ((status = 'queued' and created_at < clock_timestamp() - ${undealtMs} * interval '1 ms')
      or (status = 'running' and ${orphaned})) order by created_at limit 10`);
  return rows.map((row) => row.id);
}

/** Says so of runs that took one process down after the other. */
export async function failWornOut(db: Db): Promise<string[]> {
  const error = {
    code: 'RUN_LOST',
    message: `The worker process ended ${MOST_ATTEMPTS} times while it worked on this; it is not begun again.`,
    zh: `处理该运行时工作进程已 ${MOST_ATTEMPTS} 次意外结束，不再重试。`,
  };
  return db.transaction(async (tx) => {
    const worn = await tx
      .update(run)
      .set({ status: 'failed', error, finishedAt: new Date() })
      .where(sql`${run.status} in ('queued', 'running') and ${run.attempts} >= ${MOST_ATTEMPTS} and ${orphaned}`)
      .returning({ id: run.id, releaseId: run.releaseId });
    for (const { id, releaseId } of worn) {
      if (releaseId !== null) await proofFailed(tx, releaseId);
      await tx.execute(sql`select pg_notify('runs', ${id})`);
    }
    return worn.map((row) => row.id);
  });
}
