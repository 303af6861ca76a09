import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app } from '#drizzle/schema/index.ts';
import { bilingual, type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { checkSize } from './edit-draft.ts';

export const createAppInput = z.object({
  name: bilingual.refine((name) => (name.en + name.zh).trim() !== '', {
    params: { en: 'Give the app a name.', zh: '请填写应用名称。' },
  }),
  /** Absent = a blank graph. */
  graph: graphDocument.optional(),
});

/** What a starting point brings beside its graph. */
export interface FromSample {
  readonly screens?: (typeof app.$inferInsert)['screens'];
  readonly assetClass?: string | undefined;
}

const BLANK: GraphDocument = { format: 1, nodes: [], wires: [], roles: [], parameters: [], outputs: [] };

/** A new draft; its slug is made of the English name and is unique in the organization. */
export async function createApp(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof createAppInput> & FromSample,
): Promise<{ id: string; slug: string }> {
  const graph = input.graph ?? BLANK;
  checkSize(graph);
  const taken = await tx.select({ slug: app.slug }).from(app).where(eq(app.orgId, orgId));
  const slug = freeSlug(input.name.en || input.name.zh, new Set(taken.map((row) => row.slug)));
  const name = { en: input.name.en.trim() || input.name.zh.trim(), zh: input.name.zh.trim() || input.name.en.trim() };
  const [made] = await tx
    .insert(app)
    .values({ orgId, slug, name, graph, screens: input.screens ?? [], assetClass: input.assetClass, updatedBy: by })
    .returning({ id: app.id, slug: app.slug });
  if (!made) throw new Error('insert gave no row');
  return made;
}

export function freeSlug(name: string, taken: ReadonlySet<string>): string {
  const stem =
    name
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 48) || 'app';
  if (!taken.has(stem)) return stem;
  for (let at = 2; ; at++) if (!taken.has(`${stem}-${at}`)) return `${stem}-${at}`;
}
