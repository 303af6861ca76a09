import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { confirmation } from '#drizzle/schema/index.ts';
import { decideConfirmation } from '#runtime/effects/confirmations.ts';
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
  { orgId, user }: Actor,
  { id, agree, comment }: z.infer<typeof answerConfirmationInput>,
): Promise<{ state: 'open' | 'confirmed' | 'refused' }> {
  const [row] = await tx
    .select()
    .from(confirmation)
    .where(and(eq(confirmation.id, id), eq(confirmation.orgId, orgId)))
    .for('update');
  if (!row) throw notFound('Command', '指令');
  const late = row.state === 'open' && row.deadline.getTime() <= Date.now();
  if (row.state !== 'open' || late)
    throw failed('operate.confirmation-over', { state: CONFIRMATION_WORDS[late ? 'expired' : row.state] });
  if (agree && row.agreed.some((a) => a.user === user.id)) throw failed('operate.confirmed-already');
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: agree ? 'operate.confirm' : 'operate.refuse',
    target: `instance:${row.instanceId}`,
    details: { node: row.node, key: row.key, value: row.value, unit: row.unit, comment },
  });
  await tx.execute(sql`select pg_notify('effects', ${orgId})`);
  const decision = await decideConfirmation(tx, {
    orgId,
    id,
    user: user.id,
    by: user.name,
    agree,
    ...(comment ? { comment } : {}),
  });
  // The row is locked since it was looked at: it cannot have closed in between.
  return { state: decision.state === 'not-open' ? 'refused' : decision.state };
}
