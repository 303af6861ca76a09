import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, run } from '#drizzle/schema/index.ts';
import type { RunRequest } from '#runtime/replay/request.ts';
import { bindingsInput, ownAsset } from '../apps/bind-draft.ts';
import { requireRunnable } from '../apps/check-draft.ts';
import { failed } from '../apps/errors.ts';
import { notFound } from '../errors.ts';
import { checkBindings } from '../installs/check-bindings.ts';

export const startRunInput = z.object({
  kind: z.enum(['test', 'backtest']),
  appId: z.uuid(),
  assetId: z.uuid(),
  roles: bindingsInput,
  /** Epoch ms. */
  window: z.object({ from: z.number(), to: z.number() }),
  /** `arrived`: as the log had it, late samples late; `corrected`: every sample at its own time, of several versions the newest. */
  input: z.enum(['arrived', 'corrected']).default('corrected'),
  confirmations: z.enum(['confirm', 'refuse', 'none']).default('confirm'),
  /** Compare with the version that runs on this asset. */
  compare: z.boolean().default(false),
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).default({}),
});

const DAY = 86_400_000;
/** A year of minute data is what a worker can read in the patience of a person. */
const MOST_DAYS = 370;

/**
 * Asks for a run of the draft as it is now. The graph goes into the request: what runs is what was seen, whatever is edited meanwhile.
 * The caller hands the id to the queue once the transaction has committed.
 */
export async function startRun(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof startRunInput>,
): Promise<{ runId: string }> {
  const { from, to } = input.window;
  if (!(from < to) || to > Date.now() + 60_000 || to - from > MOST_DAYS * DAY) throw failed('run.window', { days: MOST_DAYS });
  const [draft] = await tx
    .select({ id: app.id, graph: app.graph })
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)));
  if (!draft) throw notFound('App', '应用');
  const check = requireRunnable(draft.graph);
  const asset = await ownAsset(tx, orgId, input.assetId);
  const { bindings } = await checkBindings(tx, orgId, draft.graph.roles, input.roles, asset.code);
  const request: RunRequest = {
    graph: check.text,
    graphHash: check.hash,
    key: asset.code,
    assetId: asset.id,
    bindings,
    parameters: input.parameters,
    window: input.window,
    input: input.input,
    confirmations: input.confirmations,
    compare: input.compare,
  };
  const [made] = await tx
    .insert(run)
    .values({ orgId, kind: input.kind, appId: draft.id, request: { ...request }, createdBy: by })
    .returning({ id: run.id });
  if (!made) throw new Error('insert gave no row');
  return { runId: made.id };
}
