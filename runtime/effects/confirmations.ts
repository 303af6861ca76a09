import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { confirmation } from '#drizzle/schema/index.ts';
import { type Effect, finishEffect, waitEffect } from './outbox.ts';
import { reason } from './reasons.ts';
import type { EffectRequestOf } from './requests.ts';

/** The question appears to the organization's operators; the effect waits for them. Asking twice is asking once. */
export async function openConfirmation(tx: Tx, e: Effect): Promise<void> {
  const request = e.request as EffectRequestOf<'confirm.request'>;
  await tx
    .insert(confirmation)
    .values({
      orgId: e.orgId,
      instanceId: e.instanceId,
      shardId: e.shardId,
      step: e.step,
      ordinal: e.ordinal,
      node: e.node,
      key: e.key,
      text: request.text,
      value: request.value ?? null,
      unit: request.unit ?? null,
      persons: request.persons,
      deadline: e.deadline ?? new Date(Date.now() + request.timeout * 1000),
    })
    .onConflictDoNothing();
  await waitEffect(tx, e);
}

export type Decision =
  | { readonly state: 'confirmed' | 'refused' }
  | { readonly state: 'open'; readonly missing: number }
  | { readonly state: 'not-open' };

/**
 * A decision of person `user`, called `by`. A refusal ends the question at once; an agreement ends it when enough different persons agreed. The answer goes into the
 * log in the caller's transaction. `not-open`: unknown to this tenant, already decided, or past its deadline.
 */
export async function decideConfirmation(
  tx: Tx,
  decision: { orgId: string; id: string; user: string; by: string; agree: boolean; comment?: string },
): Promise<Decision> {
  const [row] = await tx
    .select()
    .from(confirmation)
    .where(and(eq(confirmation.orgId, decision.orgId), eq(confirmation.id, decision.id)))
    .for('update');
  if (row?.state !== 'open' || row.deadline.getTime() <= Date.now()) return { state: 'not-open' };
  const { user, by } = decision;
  if (!decision.agree) {
    await tx.update(confirmation).set({ state: 'refused' }).where(eq(confirmation.id, row.id));
    const { comment } = decision;
    const why = comment ? reason('refused-because', { by, comment }) : reason('refused-by', { by });
    await finishEffect(tx, row, 'refused', { ok: false, ...why });
    return { state: 'refused' };
  }
  const agreed = [...row.agreed.filter((a) => a.user !== user), { user, by, at: new Date().toISOString() }];
  const missing = row.persons - agreed.length;
  await tx
    .update(confirmation)
    .set({ agreed, ...(missing <= 0 ? { state: 'confirmed' as const } : {}) })
    .where(eq(confirmation.id, row.id));
  if (missing > 0) return { state: 'open', missing };
  await finishEffect(tx, row, 'done', { ok: true, value: agreed.map((a) => a.by).join(', ') });
  return { state: 'confirmed' };
}

/** Questions whose effect has ended otherwise (past the deadline) are closed too. */
export async function closeExpiredConfirmations(tx: Tx): Promise<void> {
  await tx.execute(sql`
    update confirmation c set state = 'expired' from effect e
    where c.state = 'open' and e.shard_id = c.shard_id and e.step = c.step and e.ordinal = c.ordinal and e.status = 'expired'`);
}
