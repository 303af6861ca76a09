import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { effect } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';

export type Effect = typeof effect.$inferSelect;
/** (shard, step, ordinal): also the idempotency key of whatever is done. */
export type EffectId = Pick<Effect, 'shardId' | 'step' | 'ordinal'>;
export const effectKey = (e: EffectId): string => `${e.shardId}:${e.step}:${e.ordinal}`;

export interface EffectAnswer {
  readonly ok: boolean;
  readonly value?: unknown;
  /** Stable code of a refusal or failure, `INTERLOCK`, `EXPIRED`, …; `reason` is its sentence. */
  readonly code?: string;
  readonly reason?: string;
}
export type FinalStatus = 'done' | 'refused' | 'failed' | 'expired' | 'dead';

/** A performer that dies holds its effects no longer than this; then another takes them, with the same idempotency key. */
const CLAIM_MS = 30_000;
/** 1, 2, 4 … 64 s apart: two minutes for a target to come back; then a person must look. */
const MOST_ATTEMPTS = 8;
const LONGEST_WAIT_S = 64;

/**
 * Takes effects that are due, oldest first; nobody else gets them meanwhile. Those past their deadline are never given out (`expireEffects`).
 * `only` narrows further, e.g. to the tags of the connections that the caller holds.
 */
export async function claimEffects(
  db: Db,
  options: { kinds: readonly string[]; limit?: number; tagIds?: readonly number[]; claimMs?: number },
): Promise<Effect[]> {
  if (options.tagIds?.length === 0) return [];
  const claim = sql`now() + ${options.claimMs ?? CLAIM_MS} * interval '1 ms'`;
  const onlyTags = options.tagIds ? sql`and (e.resolved->>'tagId')::int in ${[...options.tagIds]}` : sql``;
  return db
    .update(effect)
    .set({ status: 'running', attempts: sql`${effect.attempts} + 1`, nextAt: claim })
    .where(
      sql`(${effect.shardId}, ${effect.step}, ${effect.ordinal}) in (
        select e.shard_id, e.step, e.ordinal from effect e
        where e.status in ('pending', 'running') and e.next_at <= now() and (e.deadline is null or e.deadline > now())
          and e.kind in ${[...options.kinds]} ${onlyTags}
        order by e.next_at limit ${options.limit ?? 20} for update skip locked)`,
    )
    .returning();
}

/**
 * Writes the outcome and appends it to the log as the answer that wakes the asking node, in one transaction. Gives false when it was
 * finished before: an effect has one answer.
 */
export async function finishEffect(db: Tx, id: EffectId, status: FinalStatus, answer: EffectAnswer): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [done] = await tx
      .update(effect)
      .set({ status, answer, doneAt: new Date() })
      .where(
        and(
          eq(effect.shardId, id.shardId),
          eq(effect.step, id.step),
          eq(effect.ordinal, id.ordinal),
          inArray(effect.status, ['pending', 'running', 'waiting']),
        ),
      )
      .returning({ orgId: effect.orgId, node: effect.node, key: effect.key });
    if (!done) return false;
    await appendControl(tx, done.orgId, {
      type: 'answer',
      shardId: id.shardId,
      step: id.step,
      ordinal: id.ordinal,
      node: done.node,
      key: done.key,
      ok: answer.ok,
      ...(answer.value === undefined ? {} : { value: answer.value }),
      ...(answer.reason === undefined ? {} : { reason: answer.reason }),
    });
    return true;
  });
}

/** The target did not take it now: again later, with growing pauses; after the last attempt it is dead, and a person sees it in the list. */
export async function retryEffect(db: Db, e: Effect, code: string, reason: string): Promise<void> {
  if (e.attempts >= MOST_ATTEMPTS) {
    await finishEffect(db, e, 'dead', { ok: false, code, reason: `${reason} (gave up after ${e.attempts} attempts)` });
    return;
  }
  const wait = Math.min(LONGEST_WAIT_S, 2 ** (e.attempts - 1));
  await db
    .update(effect)
    .set({ status: 'pending', nextAt: sql`now() + ${wait} * interval '1 s'`, answer: { ok: false, code, reason } })
    .where(
      and(eq(effect.shardId, e.shardId), eq(effect.step, e.step), eq(effect.ordinal, e.ordinal), eq(effect.status, 'running')),
    );
}

/** The effect now waits for a person; only its deadline or `finishEffect` ends it. */
export async function waitEffect(db: Tx, id: EffectId): Promise<void> {
  await db
    .update(effect)
    .set({ status: 'waiting' })
    .where(
      and(eq(effect.shardId, id.shardId), eq(effect.step, id.step), eq(effect.ordinal, id.ordinal), eq(effect.status, 'running')),
    );
}

/** Past its deadline an effect is refused, not done late; one that was refused when it was committed is answered so. Gives how many. */
export async function expireEffects(db: Db): Promise<number> {
  const late = await db
    .select()
    .from(effect)
    // one that is being performed may still succeed: its performer watches the deadline, and we step in when its claim is over
    .where(
      sql`${effect.deadline} <= now() and (${effect.status} in ('pending', 'waiting') or (${effect.status} = 'running' and ${effect.nextAt} <= now()))`,
    )
    .limit(100);
  let n = 0;
  for (const e of late) {
    const refused = e.attempts === 0 && e.status === 'pending' ? e.answer : null;
    const ended = refused
      ? await finishEffect(db, e, 'refused', refused)
      : await finishEffect(db, e, 'expired', { ok: false, code: 'EXPIRED', reason: 'not done before its deadline' });
    if (ended) n++;
  }
  return n;
}
