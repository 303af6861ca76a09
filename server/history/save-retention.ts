import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { retention, retentionDefault } from '#drizzle/schema/index.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { requireSignals } from './signals.ts';

const rules = {
  /** Every sample; 0 = for ever, null = as the platform is set. Hourly values outlive them. */
  sampleDays: z.number().int().min(0).max(36_500).nullable(),
  /** The bytes of waves, and every frame; null = as the platform is set. */
  largeHours: z.number().int().min(1).max(876_000).nullable(),
};
export const retentionInput = z.object({ id: z.number().int(), ...rules });
export const retentionDefaultInput = z.object(rules);

/** How long the history of a tag or output is kept. A shorter rule takes hold when housekeeping comes next; what is gone stays gone. */
export async function saveRetention(tx: Tx, actor: Actor, input: z.infer<typeof retentionInput>): Promise<void> {
  const { orgId, user } = actor;
  const { id, ...rule } = input;
  await requireSignals(tx, orgId, [id]);
  if (rule.sampleDays === null && rule.largeHours === null)
    await tx.delete(retention).where(and(eq(retention.tagId, id), eq(retention.orgId, orgId)));
  else
    await tx
      .insert(retention)
      .values({ tagId: id, orgId, ...rule })
      .onConflictDoUpdate({ target: retention.tagId, set: { ...rule, updatedAt: new Date() } });
  await appendAudit(tx, { orgId, actor: `user:${user.id}`, action: 'history.retention', target: `tag:${id}`, details: rule });
}

/** The same for everything of the organization that has no rule of its own. */
export async function saveRetentionDefault(tx: Tx, actor: Actor, rule: z.infer<typeof retentionDefaultInput>): Promise<void> {
  const { orgId, user } = actor;
  if (rule.sampleDays === null && rule.largeHours === null)
    await tx.delete(retentionDefault).where(eq(retentionDefault.orgId, orgId));
  else
    await tx
      .insert(retentionDefault)
      .values({ orgId, ...rule })
      .onConflictDoUpdate({ target: retentionDefault.orgId, set: { ...rule, updatedAt: new Date() } });
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: 'history.retention',
    target: `organization:${orgId}`,
    details: rule,
  });
}

/** Rules of these signals that have one of their own. */
export async function readRetention(tx: Tx, orgId: string, ids: readonly number[]) {
  if (ids.length === 0) return [];
  return tx
    .select({ id: retention.tagId, sampleDays: retention.sampleDays, largeHours: retention.largeHours })
    .from(retention)
    .where(and(eq(retention.orgId, orgId), inArray(retention.tagId, [...ids])));
}
