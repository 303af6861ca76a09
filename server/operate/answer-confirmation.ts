import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { confirmation, effect } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import { CONFIRMATION_WORDS, failed } from './errors.ts';

export const answerConfirmationInput = z.object({
  id: z.uuid(),
  agree: z.boolean(),
  comment: z.string().trim().max(500).optional(),
});

/** A person confirms or refuses a waiting command; with the last needed agreement the app gets its answer through the log. */
export async function answerConfirmation(
  tx: Tx,
  actor: Actor,
  { id, agree, comment }: z.infer<typeof answerConfirmationInput>,
): Promise<{ state: 'open' | 'confirmed' | 'refused' }> {
  const { orgId, user } = actor;
  const [row] = await tx
    .select()
    .from(confirmation)
    .where(and(eq(confirmation.id, id), eq(confirmation.orgId, orgId)))
    .for('update');
  if (!row) throw notFound('Command', '指令');
  const late = row.state === 'open' && row.deadline.getTime() < Date.now();
  if (row.state !== 'open' || late)
    throw failed('operate.confirmation-over', { state: CONFIRMATION_WORDS[late ? 'expired' : row.state] });
  if (agree && row.agreed.some((a) => a.by === user.id)) throw failed('operate.confirmed-already');
  const agreed = agree ? [...row.agreed, { by: user.id, at: new Date().toISOString() }] : row.agreed;
  const state = !agree ? 'refused' : agreed.length >= row.persons ? 'confirmed' : 'open';
  await tx
    .update(confirmation)
    .set({ state, agreed })
    .where(and(eq(confirmation.id, id), eq(confirmation.orgId, orgId)));
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: agree ? 'operate.confirm' : 'operate.refuse',
    target: `instance:${row.instanceId}`,
    details: { node: row.node, key: row.key, value: row.value, unit: row.unit, comment },
  });
  if (state !== 'open') {
    const reason = agree ? undefined : `refused by ${user.name}${comment ? `: ${comment}` : ''}`;
    const ok = state === 'confirmed';
    await tx
      .update(effect)
      .set({
        status: ok ? 'done' : 'refused',
        doneAt: new Date(),
        answer: { ok, ...(ok ? { value: row.value } : { code: 'confirm.refused' }), ...(reason ? { reason } : {}) },
      })
      .where(
        and(eq(effect.orgId, orgId), eq(effect.shardId, row.shardId), eq(effect.step, row.step), eq(effect.ordinal, row.ordinal)),
      );
    await appendControl(tx, orgId, {
      type: 'answer',
      shardId: row.shardId,
      step: row.step,
      ordinal: row.ordinal,
      node: row.node,
      key: row.key,
      ok,
      ...(row.value === null ? {} : { value: row.value }),
      ...(reason ? { reason } : {}),
    });
  }
  await tx.execute(sql`select pg_notify('effects', ${orgId})`);
  return { state };
}
