import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import type { Tx } from '#drizzle/client.ts';
import { appVersion, installation, instance } from '#drizzle/schema/index.ts';
import { checkApp, keptWhole } from '#runtime/compile/compile.ts';
import { type Bilingual, type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { ParameterValues } from '#runtime/graph/params.ts';
import type { WholeNode } from '#runtime/step/contract.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { User } from '../context.ts';
import { notFound } from '../errors.ts';
import { wakeWorkers } from '../installs/place-instance.ts';
import { failed } from './errors.ts';

/** More would cost more than they give: every shard reads all lanes. */
export const MOST_SHARDS = 32;
export const setShardsInput = z.object({ instanceId: z.uuid(), shards: z.number().int().min(1).max(MOST_SHARDS) });

const WHY: Readonly<Record<WholeNode['why'], Bilingual>> = {
  state: { en: 'keeps state over all keys.', zh: '的状态跨越所有键。' },
  timer: { en: 'has timers, which the rows of any key make due.', zh: '使用定时器，任一键的数据都会触发。' },
  align: { en: 'puts the rows of several keys in order.', zh: '按时间对齐不同键的数据。' },
};

/**
 * Runs an instance as so many shards. The workers bring it about: the shards go on to one place of the log, then others take over their keys with the state
 * of each; nothing is lost, taken twice or begun anew.
 * @throws `app.not-splittable` with the node that needs all keys in one place, `access.not-found`
 */
export async function setShards(
  tx: Tx,
  orgId: string,
  user: User,
  { instanceId, shards }: z.infer<typeof setShardsInput>,
): Promise<void> {
  const [found] = await tx
    .select({ before: instance.shards, graph: appVersion.graph, parameters: installation.parameters })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)))
    .for('update', { of: instance });
  if (!found) throw notFound('Instance', '实例');
  requireSplittable(graphDocument.parse(JSON.parse(found.graph)), found.parameters, shards);
  await tx
    .update(instance)
    .set({ shards, updatedAt: new Date() })
    .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)));
  await recordAudit(tx, {
    orgId,
    actor: user.id,
    action: 'app.shards',
    target: instanceId,
    details: { from: found.before, to: shards },
  });
  await wakeWorkers(tx, instanceId);
}

/** @throws `app.not-splittable` */
export function requireSplittable(graph: GraphDocument, parameters: ParameterValues, shards: number): void {
  if (shards <= 1) return;
  const catalogue = loadCatalogue();
  const [first] = keptWhole(checkApp(graph, catalogue, parameters), catalogue);
  if (first) throw failed('app.not-splittable', { shards, node: first.node, why: WHY[first.why] });
}
