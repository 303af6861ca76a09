import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, appEdit } from '#drizzle/schema/index.ts';
import { applyChanges, type Change, change } from '#runtime/graph/changes.ts';
import { type Draft, draft } from '#runtime/graph/draft.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';

export const editDraftInput = z.object({
  appId: z.uuid(),
  /** The revision that the changes were made on. */
  revision: z.number().int().min(0),
  /** The sender's own name for this edit, so that it knows it again when the answer is lost. */
  batch: z.string().min(1).max(100),
  changes: z.array(change).min(1).max(20_000),
});
export const editsSinceInput = z.object({ appId: z.uuid(), revision: z.number().int().min(0) });

/** Characters of a graph, of the screens, or of one edit as JSON. A hundred blocks with code are about 100,000. */
const LIMIT = 2_000_000;
/** Edits that stay. Who was away for longer gets the draft itself; versions stay for ever. */
const KEEP = 5_000;
/** More edits than that cost more than the draft. */
const MOST = 200;

export function checkSize(document: unknown): void {
  const size = JSON.stringify(document).length;
  if (size > LIMIT) throw failed('app.too-large', { size, limit: LIMIT });
}

/**
 * Takes an edit into the log of a draft. Only one that was made on the newest revision: all who edit have one order, and whoever comes late takes
 * in what came before (`app.conflict`), merges, and sends again. A graph that is still wrong is kept too, since editing goes through wrong
 * states; one that is none is refused.
 */
export async function editDraft(
  tx: Tx,
  orgId: string,
  by: string,
  input: z.infer<typeof editDraftInput>,
): Promise<{ revision: number }> {
  checkSize(input.changes);
  const current = await lockDraft(tx, orgId, input.appId);
  if (current.revision !== input.revision) throw failed('app.conflict', { revision: current.revision });
  const next = draft.parse(applyChanges(current.draft, input.changes));
  return appendEdit(tx, orgId, by, current, input, next);
}

export interface LockedDraft {
  readonly draft: Draft;
  readonly revision: number;
}

/** The draft as it is, held until the transaction ends. */
export async function lockDraft(tx: Tx, orgId: string, appId: string): Promise<LockedDraft> {
  const [row] = await tx
    .select({ graph: app.graph, screens: app.screens, revision: app.revision })
    .from(app)
    .where(and(eq(app.id, appId), eq(app.orgId, orgId)))
    .for('update');
  if (!row) throw notFound('App', '应用');
  return { draft: { graph: row.graph, screens: row.screens }, revision: row.revision };
}

/** Appends changes that make `next` of the locked draft, and wakes everybody who has it open. */
export async function appendEdit(
  tx: Tx,
  orgId: string,
  by: string,
  current: LockedDraft,
  edit: { readonly appId: string; readonly batch: string; readonly changes: readonly Change[] },
  next: Draft,
): Promise<{ revision: number }> {
  checkSize(next.graph);
  checkSize(next.screens);
  const { appId, batch, changes } = edit;
  const revision = current.revision + 1;
  await tx.insert(appEdit).values({ appId, revision, orgId, batch, by, changes });
  await tx
    .update(app)
    .set({ revision, updatedBy: by, updatedAt: new Date(), graph: next.graph, screens: [...next.screens] })
    .where(and(eq(app.id, appId), eq(app.orgId, orgId)));
  if (revision % 100 === 0)
    await tx
      .delete(appEdit)
      .where(and(eq(appEdit.orgId, orgId), eq(appEdit.appId, appId), lte(appEdit.revision, revision - KEEP)));
  await tx.execute(sql`select pg_notify('apps', ${appId})`);
  return { revision };
}

export interface LoggedEdit {
  readonly revision: number;
  readonly batch: string;
  readonly by: string;
  readonly changes: readonly Change[];
}
export type EditsSince =
  | { readonly revision: number; readonly edits: readonly LoggedEdit[] }
  | { readonly revision: number; readonly draft: Draft };

/** What was edited after a revision; of one that is too long ago, the draft as it is now. */
export async function editsSince(tx: Tx, orgId: string, input: z.infer<typeof editsSinceInput>): Promise<EditsSince> {
  const [row] = await tx
    .select({ revision: app.revision, graph: app.graph, screens: app.screens })
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)));
  if (!row) throw notFound('App', '应用');
  const missing = row.revision - input.revision;
  const edits =
    missing > 0 && missing <= MOST
      ? await tx
          .select({ revision: appEdit.revision, batch: appEdit.batch, by: appEdit.by, changes: appEdit.changes })
          .from(appEdit)
          .where(
            and(
              eq(appEdit.orgId, orgId),
              eq(appEdit.appId, input.appId),
              gt(appEdit.revision, input.revision),
              lte(appEdit.revision, row.revision),
            ),
          )
          .orderBy(asc(appEdit.revision))
      : [];
  if (missing >= 0 && edits.length === missing) return { revision: row.revision, edits };
  return { revision: row.revision, draft: { graph: row.graph, screens: row.screens } };
}
