import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { deadLetter, effect, installation, instance } from '#drizzle/schema/index.ts';
import { REPEATABLE } from '#runtime/effects/dead-letters.ts';
import { sayLetter, sayOutcome } from './say-reasons.ts';

const MOST = 200;

const columns = {
  shardId: effect.shardId,
  step: effect.step,
  ordinal: effect.ordinal,
  node: effect.node,
  key: effect.key,
  kind: effect.kind,
  request: effect.request,
  status: effect.status,
  attempts: effect.attempts,
  answer: effect.answer,
  settled: effect.settled,
  createdAt: effect.createdAt,
  doneAt: effect.doneAt,
  app: installation.name,
};

/** What running apps asked the outside to do, newest first. */
export async function listEffects(tx: Tx, orgId: string) {
  const rows = await tx
    .select(columns)
    .from(effect)
    .leftJoin(instance, eq(instance.id, effect.instanceId))
    .leftJoin(installation, eq(installation.id, instance.installationId))
    .where(eq(effect.orgId, orgId))
    .orderBy(desc(effect.createdAt))
    .limit(MOST);
  return rows.map(({ answer, ...row }) => ({ ...row, answer: sayOutcome(answer) }));
}

/** What a person has to look at: entries and rows that were set aside, and actions that failed for good. Newest first. */
export async function listDeadLetters(tx: Tx, orgId: string) {
  const letters = await tx
    .select({
      id: deadLetter.id,
      node: deadLetter.node,
      key: deadLetter.key,
      reason: deadLetter.reason,
      line: deadLetter.line,
      laneId: deadLetter.laneId,
      createdAt: deadLetter.createdAt,
      app: installation.name,
      appId: installation.appId,
    })
    .from(deadLetter)
    .leftJoin(instance, eq(instance.id, deadLetter.instanceId))
    .leftJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(deadLetter.orgId, orgId), isNull(deadLetter.settled)))
    .orderBy(desc(deadLetter.createdAt), desc(deadLetter.id))
    .limit(MOST);
  const effects = await tx
    .select(columns)
    .from(effect)
    .leftJoin(instance, eq(instance.id, effect.instanceId))
    .leftJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(effect.orgId, orgId), inArray(effect.status, ['failed', 'dead']), isNull(effect.settled)))
    .orderBy(desc(effect.createdAt))
    .limit(MOST);
  return {
    letters: letters.map(({ laneId, reason, ...row }) => ({
      ...row,
      ...sayLetter({ reason, laneId }),
      /** Only whole entries can be given to the app again. */
      repeatable: laneId !== null,
    })),
    effects: effects.map(({ answer, ...row }) => ({
      ...row,
      answer: sayOutcome(answer),
      repeatable: REPEATABLE.includes(row.kind),
    })),
  };
}
