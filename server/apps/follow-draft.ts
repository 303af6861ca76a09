import { and, asc, eq, gt, lt, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, appPresence } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';
import { follow } from '../live.ts';

/** One open page, by a name that it gave itself. */
const client = z.string().min(8).max(64);
export const followDraftInput = z.object({ appId: z.uuid(), client });
export const presentInput = followDraftInput.extend({
  nodes: z.array(z.string().max(200)).max(50),
  pointer: z.object({ x: z.number(), y: z.number() }).optional(),
});

export interface PersonPresent {
  readonly client: string;
  readonly name: string;
  readonly nodes: readonly string[];
  readonly pointer?: { readonly x: number; readonly y: number };
}
export interface DraftNews {
  /** The newest revision: who has an older one asks for the edits since. */
  readonly revision: number;
  /** Who else has the draft open. */
  readonly people: readonly PersonPresent[];
}

/** A page renews itself more often; one that does not is gone. */
const GONE_MS = 25_000;
/** Pointers of others move this smoothly; more would cost more than it shows. */
const EVERY_MS = 200;

/** Says where somebody is in a draft; everybody else who has it open is told. */
export async function tellPresence(
  tx: Tx,
  orgId: string,
  user: { readonly id: string; readonly name: string },
  input: z.infer<typeof presentInput>,
): Promise<void> {
  const { appId, client: page } = input;
  await ownDraft(tx, orgId, appId);
  const place = { nodes: input.nodes, pointer: input.pointer ?? null, name: user.name, seenAt: new Date() };
  await tx
    .insert(appPresence)
    .values({ appId, client: page, orgId, userId: user.id, ...place })
    .onConflictDoUpdate({
      target: [appPresence.appId, appPresence.client],
      set: place,
      setWhere: and(eq(appPresence.orgId, orgId), eq(appPresence.userId, user.id)),
    });
  await tx.execute(sql`select pg_notify('apps', ${appId})`);
}

type InTenant = <T>(fn: (tx: Tx) => Promise<T>) => Promise<T>;

/** The newest revision and who is there, at once and whenever either changes. The page is taken off the list when it stops listening. */
export async function* followDraft(
  tenant: InTenant,
  orgId: string,
  { appId, client: page }: z.infer<typeof followDraftInput>,
  signal: AbortSignal | undefined,
): AsyncGenerator<DraftNews> {
  let told = '';
  try {
    // Silence: somebody may have gone without a word.
    for await (const news of follow(['apps'], { signal, everyMs: EVERY_MS, idleMs: GONE_MS / 2 })) {
      if (!news.all && news.payloads.size > 0 && !news.payloads.has(appId)) continue;
      const now = await tenant((tx) => readNews(tx, orgId, appId, page));
      const text = JSON.stringify(now);
      if (text === told) continue;
      told = text;
      yield now;
    }
  } finally {
    await tenant(async (tx) => {
      const gone = new Date(Date.now() - GONE_MS);
      const here = and(eq(appPresence.orgId, orgId), eq(appPresence.appId, appId));
      await tx.delete(appPresence).where(and(here, eq(appPresence.client, page)));
      await tx.delete(appPresence).where(and(here, lt(appPresence.seenAt, gone)));
      await tx.execute(sql`select pg_notify('apps', ${appId})`);
    });
  }
}

async function readNews(tx: Tx, orgId: string, appId: string, page: string): Promise<DraftNews> {
  const { revision } = await ownDraft(tx, orgId, appId);
  const rows = await tx
    .select({
      client: appPresence.client,
      name: appPresence.name,
      nodes: appPresence.nodes,
      pointer: appPresence.pointer,
    })
    .from(appPresence)
    .where(
      and(
        eq(appPresence.orgId, orgId),
        eq(appPresence.appId, appId),
        ne(appPresence.client, page),
        gt(appPresence.seenAt, new Date(Date.now() - GONE_MS)),
      ),
    )
    .orderBy(asc(appPresence.client));
  return { revision, people: rows.map(({ pointer, ...row }) => (pointer ? { ...row, pointer } : row)) };
}

async function ownDraft(tx: Tx, orgId: string, appId: string): Promise<{ revision: number }> {
  const [row] = await tx
    .select({ revision: app.revision })
    .from(app)
    .where(and(eq(app.id, appId), eq(app.orgId, orgId)));
  if (!row) throw notFound('App', '应用');
  return row;
}
