import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app } from '#drizzle/schema/index.ts';
import { bilingual, type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { type ScreenDocument, screenDocument } from '#runtime/graph/screens.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';

export const saveDraftInput = z.object({
  appId: z.uuid(),
  /** The revision that the edit was made on. */
  revision: z.number().int().min(0),
  graph: graphDocument.optional(),
  name: bilingual.optional(),
  summary: bilingual.optional(),
  /** None: a deployment makes one from the graph. */
  screens: z.array(screenDocument).max(50).optional(),
});

/** Characters of a graph as JSON. A hundred blocks with code are about 100,000. */
const LIMIT = 2_000_000;

export function checkSize(document: GraphDocument | ScreenDocument[]): void {
  const size = JSON.stringify(document).length;
  if (size > LIMIT) throw failed('app.too-large', { size, limit: LIMIT });
}

/**
 * Saves a draft as it is: a graph that is still wrong is kept too, since editing goes through wrong states. Optimistic: an edit made on
 * an older revision is refused with `app.conflict`, and the studio merges and saves again.
 */
export async function saveDraft(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof saveDraftInput>,
): Promise<{ revision: number }> {
  if (input.graph) checkSize(input.graph);
  if (input.screens) checkSize(input.screens);
  const [current] = await tx
    .select({ revision: app.revision })
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)))
    .for('update');
  if (!current) throw notFound('App', '应用');
  if (current.revision !== input.revision) throw failed('app.conflict', { revision: current.revision });
  const revision = current.revision + 1;
  await tx
    .update(app)
    .set({
      revision,
      updatedBy: by,
      updatedAt: new Date(),
      ...(input.graph ? { graph: input.graph } : {}),
      ...(input.name ? { name: input.name } : {}),
      ...(input.summary ? { summary: input.summary } : {}),
      ...(input.screens ? { screens: input.screens } : {}),
    })
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)));
  return { revision };
}
