import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app } from '#drizzle/schema/index.ts';
import { changesBetween } from '#runtime/graph/changes.ts';
import { bilingual, graphDocument } from '#runtime/graph/document.ts';
import { screenDocument } from '#runtime/graph/screens.ts';
import { appendEdit, checkSize, lockDraft } from './edit-draft.ts';
import { failed } from './errors.ts';

export const saveDraftInput = z.object({
  appId: z.uuid(),
  /** The revision that graph and screens were made on. */
  revision: z.number().int().min(0),
  graph: graphDocument.optional(),
  name: bilingual.optional(),
  summary: bilingual.optional(),
  /** None: a deployment makes one from the graph. */
  screens: z.array(screenDocument).max(50).optional(),
});

/**
 * Saves a draft as a whole, for callers that have no edits: what differs becomes one edit of the log. Optimistic: a document made on an older
 * revision is refused with `app.conflict`. Name and summary are what the last one called it.
 */
export async function saveDraft(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof saveDraftInput>,
): Promise<{ revision: number }> {
  const { appId, graph, screens, name, summary } = input;
  if (graph) checkSize(graph);
  if (screens) checkSize(screens);
  const current = await lockDraft(tx, orgId, appId);
  if (name || summary)
    await tx
      .update(app)
      .set({ updatedBy: by, updatedAt: new Date(), ...(name ? { name } : {}), ...(summary ? { summary } : {}) })
      .where(and(eq(app.id, appId), eq(app.orgId, orgId)));
  if (!graph && !screens) return { revision: current.revision };
  if (current.revision !== input.revision) throw failed('app.conflict', { revision: current.revision });
  const next = { graph: graph ?? current.draft.graph, screens: screens ?? current.draft.screens };
  const changes = changesBetween(current.draft, next);
  return appendEdit(tx, orgId, by, current, { appId, batch: randomUUID(), changes }, next);
}
