import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, installation, instance, run } from '#drizzle/schema/index.ts';
import type { ShadowRequest } from '#runtime/replay/request.ts';
import { requireRunnable } from '../apps/check-draft.ts';
import { failed } from '../apps/errors.ts';
import { notFound } from '../errors.ts';

const MINUTE = 60_000;
export const startShadowInput = z.object({
  appId: z.uuid(),
  /** Running instance beside which the draft is run. */
  instanceId: z.uuid(),
  /** How long, ms: a minute to a day. */
  forMs: z
    .number()
    .int()
    .min(MINUTE)
    .max(1_440 * MINUTE),
});

/**
 * Asks for a run of the draft as it is now beside a running instance of the same app, on live data, with its differences counted and its effects
 * captured. The caller hands the id to the queue once the transaction has committed.
 */
export async function startShadow(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof startShadowInput>,
): Promise<{ runId: string }> {
  const [draft] = await tx
    .select({ id: app.id, graph: app.graph })
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)));
  if (!draft) throw notFound('App', '应用');
  const [beside] = await tx
    .select({ status: instance.status, bindings: instance.bindings, parameters: installation.parameters })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.id, input.instanceId), eq(instance.orgId, orgId), eq(installation.appId, draft.id)));
  if (!beside) throw notFound('Instance', '实例');
  if (beside.status !== 'running') throw failed('run.not-running');
  const check = requireRunnable(draft.graph);
  const request: ShadowRequest = {
    graph: check.text,
    graphHash: check.hash,
    instanceId: input.instanceId,
    bindings: beside.bindings,
    parameters: beside.parameters,
    forMs: input.forMs,
  };
  const [made] = await tx
    .insert(run)
    .values({ orgId, kind: 'shadow', appId: draft.id, request: { ...request }, createdBy: by })
    .returning({ id: run.id });
  if (!made) throw new Error('insert gave no row');
  return { runId: made.id };
}
