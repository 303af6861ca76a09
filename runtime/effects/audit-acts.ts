import { and, eq, inArray } from 'drizzle-orm';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import type { EffectOutcome } from '#drizzle/schema/effect.ts';
import { effect } from '#drizzle/schema/index.ts';

type Effect = typeof effect.$inferSelect;

/**
 * Locks the row of an effect that nobody has finished; false when it is finished. Whoever writes an answer and an audit entry takes the row first, then the audit,
 * then the log: else two would wait for each other in a circle.
 */
export async function lockOpen(tx: Tx, e: Effect): Promise<boolean> {
  const [open] = await tx
    .select({ step: effect.step })
    .from(effect)
    .where(
      and(
        eq(effect.shardId, e.shardId),
        eq(effect.step, e.step),
        eq(effect.ordinal, e.ordinal),
        inArray(effect.status, ['pending', 'running', 'waiting']),
      ),
    )
    .for('update');
  return open !== undefined;
}

/** What was asked of a machine and what became of it: done, or refused with its code. */
export async function auditAct(tx: Tx, e: Effect, outcome: EffectOutcome & { readonly status: string }): Promise<void> {
  await appendAudit(tx, {
    orgId: e.orgId,
    actor: 'platform',
    action: outcome.ok ? e.kind : `${e.kind}-refused`,
    target: e.resolved ? `tag:${e.resolved.tagId}` : `instance:${e.instanceId}`,
    details: {
      effect: `${e.shardId}:${e.step}:${e.ordinal}`,
      instance: e.instanceId,
      node: e.node,
      ...askedOf(e),
      ...outcome,
    },
  });
}

function askedOf({ resolved, request, kind }: Effect): Record<string, unknown> {
  if (kind === 'recipe.download') {
    const values = resolved && 'values' in resolved ? resolved : undefined;
    return {
      recipe: request.recipe,
      version: request.version,
      ...(values ? { asked: values.values.map(({ tagId, value }) => ({ tag: tagId, value })) } : {}),
      ...(values?.former ? { former: values.former } : {}),
    };
  }
  if (kind === 'command.send') return { method: request.method, arguments: request.arguments };
  return { asked: resolved && 'value' in resolved ? resolved.value : request.value };
}
