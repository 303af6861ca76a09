import { and, eq, gte } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { instance, shard, strike } from '#drizzle/schema/index.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import type { InFlight } from './flight.ts';
import { InstanceProblem } from './instance-problem.ts';

/** The second time the instance is stopped: the first may have been bad luck. */
const MOST = 2;

/** Processes that went down with steps in the air: each step is noted, and whether it was to blame shows when it happens at the same step again. */
export async function noteCrashes(db: Db, crashed: readonly InFlight[]): Promise<void> {
  for (const { shardId, step, since, place } of crashed) {
    const [row] = await db.select({ orgId: shard.orgId, instanceId: shard.instanceId }).from(shard).where(eq(shard.id, shardId));
    if (!row) continue;
    const message = `the worker process ended while step ${step + 1} was running, since ${new Date(since).toISOString()}`;
    await db.insert(strike).values({ ...row, shardId, step, kind: 'died', message, ...place });
  }
}

/** A program that cannot be interrupted: noted before its process is given up. */
export async function noteStuck(db: Db, shardId: number, step: number, error: SandboxError): Promise<void> {
  const [row] = await db.select({ orgId: shard.orgId, instanceId: shard.instanceId }).from(shard).where(eq(shard.id, shardId));
  if (!row) return;
  await db.insert(strike).values({
    ...row,
    shardId,
    step,
    kind: 'stuck',
    node: error.node ?? null,
    block: error.block ?? null,
    line: error.line ?? null,
    message: error.message,
  });
}

/**
 * Strikes of a shard since its instance was last started or changed. `suspect`: run it so that the block can be named.
 * @throws {InstanceProblem} QUARANTINED when it took its process down twice
 */
export async function judge(db: Db, lease: { shardId: number; instanceId: string; step: number }): Promise<{ suspect: boolean }> {
  const [row] = await db.select({ since: instance.updatedAt }).from(instance).where(eq(instance.id, lease.instanceId));
  const strikes = await db
    .select()
    .from(strike)
    .where(and(eq(strike.instanceId, lease.instanceId), gte(strike.createdAt, row?.since ?? new Date(0))));
  const stuck = strikes.filter((s) => s.kind === 'stuck');
  // A process killed from outside takes innocent steps with it; only the same step again is the program's doing.
  const died = strikes.filter((s) => s.kind === 'died' && s.shardId === lease.shardId && s.step === lease.step);
  const together = stuck.length + died.length;
  if (together >= MOST) {
    const named = [...stuck, ...died].find((s) => s.node !== null);
    const block = named?.block ? ` (${named.block})` : '';
    const last = strikes.at(-1)?.message ?? '';
    throw new InstanceProblem(
      'QUARANTINED',
      {
        en: `${named ? `Block '${named.node}'${block}` : 'The app'} took its worker process down ${together} times: ${last}`,
        zh: `${named ? `功能块“${named.node}”${block}` : '该应用'} ${together} 次导致工作进程中断：${last}`,
      },
      { node: named?.node ?? undefined, line: named?.line ?? undefined },
    );
  }
  return { suspect: together > 0 };
}
