/** What failed for good and what a person decides about it, once: try it again, or drop it. Every decision names who made it. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import type { Settled } from '#drizzle/schema/effect.ts';
import { deadLetter, effect, shard } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { unpack } from '#runtime/log/entry.ts';
import type { EffectId } from './outbox.ts';

/** `gone`: unknown to this tenant, or somebody was faster. `no-entry`: a block refused a row; the row alone cannot be given again. */
export type Settling = 'done' | 'gone' | 'no-entry' | 'not-repeatable';

/**
 * Kinds of effects that may be repeated later. A command to a machine may not: the app was told that it failed and may have acted since; a new
 * command is given on the operator screen.
 */
export const REPEATABLE: readonly string[] = ['notify.send', 'report.make'];

const settledBy = (how: Settled['how'], by: string): Settled => ({ how, by, at: new Date().toISOString() });
const openLetter = (orgId: string, id: string) =>
  and(eq(deadLetter.orgId, orgId), eq(deadLetter.id, id), isNull(deadLetter.settled));
const openEffect = (orgId: string, id: EffectId) =>
  and(
    eq(effect.orgId, orgId),
    eq(effect.shardId, id.shardId),
    eq(effect.step, id.step),
    eq(effect.ordinal, id.ordinal),
    inArray(effect.status, ['failed', 'dead']),
    isNull(effect.settled),
  );

/** The entry goes into the log once more, for its shard alone, and so into every replay. Call it last: the control lane's counter stays locked. */
export async function retryLetter(tx: Tx, orgId: string, id: string, by: string): Promise<Settling> {
  const [row] = await tx.select().from(deadLetter).where(openLetter(orgId, id)).for('update');
  if (!row) return 'gone';
  if (row.laneId === null || row.seq === null || row.entry === null) return 'no-entry';
  // an app that was removed takes nothing any more
  const [there] = await tx.select({ id: shard.id }).from(shard).where(eq(shard.id, row.shardId));
  if (!there) return 'gone';
  const entry = unpack(row.entry);
  if (entry.kind === 'outputs') return 'no-entry';
  await tx
    .update(deadLetter)
    .set({ settled: settledBy('retried', by) })
    .where(openLetter(orgId, id));
  await appendControl(tx, orgId, { type: 'retry', shardId: row.shardId, lane: row.laneId, seq: row.seq, by, entry });
  return 'done';
}

/** The row stays: re-runs of the shard need to know what was set aside. */
export async function dropLetter(tx: Tx, orgId: string, id: string, by: string): Promise<Settling> {
  const rows = await tx
    .update(deadLetter)
    .set({ settled: settledBy('dropped', by) })
    .where(openLetter(orgId, id))
    .returning({ id: deadLetter.id });
  return rows.length > 0 ? 'done' : 'gone';
}

/** From its first attempt again, with the key it had; the program was answered before and is not answered again. */
export async function retryEffectOf(tx: Tx, orgId: string, id: EffectId, by: string): Promise<Settling> {
  const [row] = await tx.select({ kind: effect.kind }).from(effect).where(openEffect(orgId, id)).for('update');
  if (!row) return 'gone';
  if (!REPEATABLE.includes(row.kind)) return 'not-repeatable';
  await tx
    .update(effect)
    .set({ status: 'pending', attempts: 0, nextAt: sql`now()`, deadline: null, doneAt: null, settled: settledBy('retried', by) })
    .where(openEffect(orgId, id));
  await tx.execute(sql`select pg_notify('effects', ${orgId})`);
  return 'done';
}

export async function dropEffectOf(tx: Tx, orgId: string, id: EffectId, by: string): Promise<Settling> {
  const rows = await tx
    .update(effect)
    .set({ settled: settledBy('dropped', by) })
    .where(openEffect(orgId, id))
    .returning({ step: effect.step });
  return rows.length > 0 ? 'done' : 'gone';
}

/** Single rows that a block refused, kept for each instance: a block that refuses everything must not fill the disk. */
const ROWS_KEPT = 1_000;

/** Drops the oldest of too many refused rows; entries that were set aside stay, because re-runs need them. Gives how many. */
export async function trimRows(tx: Tx, kept = ROWS_KEPT): Promise<number> {
  const gone = await tx.execute(sql`
    delete from dead_letter where id in (
      select id from (
        select id, row_number() over (partition by instance_id order by created_at desc, id desc) as n from dead_letter
        where lane_id is null and instance_id in (
          select instance_id from dead_letter where lane_id is null group by instance_id having count(*) > ${kept})) r
      where n > ${kept}) returning id`);
  return gone.length;
}
