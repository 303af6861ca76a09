import { and, count, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, appVersion } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';
import { checkDraft } from './check-draft.ts';
import { failed } from './errors.ts';

export const nameVersionInput = z.object({
  appId: z.uuid(),
  /** The revision that is on the screen of who names it. */
  revision: z.number().int().min(0),
  label: z.string().trim().min(1).max(120),
});

/** Keeps the draft as it is now under a name, also when it cannot run yet. */
export async function nameVersion(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof nameVersionInput>,
): Promise<{ versionId: string }> {
  const [draft] = await tx
    .select()
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)))
    .for('update');
  if (!draft) throw notFound('App', '应用');
  if (draft.revision !== input.revision) throw failed('app.conflict', { revision: draft.revision });
  const { text, hash } = checkDraft(draft.graph);
  const [made] = await tx
    .insert(appVersion)
    .values({
      orgId,
      appId: draft.id,
      name: draft.name,
      version: await nextVersion(tx, orgId, draft.id),
      label: input.label,
      revision: draft.revision,
      graph: text,
      graphHash: hash,
      screens: draft.screens,
      createdBy: by,
    })
    .returning({ id: appVersion.id });
  if (!made) throw new Error('insert gave no row');
  return { versionId: made.id };
}

/** Own versions count up below 1.0.0; a release gets its number when it is published. */
export async function nextVersion(tx: Tx, orgId: string, appId: string): Promise<string> {
  const [made] = await tx
    .select({ count: count() })
    .from(appVersion)
    .where(and(eq(appVersion.orgId, orgId), eq(appVersion.appId, appId)));
  return `0.${(made?.count ?? 0) + 1}.0`;
}
