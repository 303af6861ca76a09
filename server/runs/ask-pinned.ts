import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, blob, installation, instance, pin } from '#drizzle/schema/index.ts';
import type { PinSource } from '#runtime/replay/pin.ts';
import { bindingsInput, ownAsset, ownTags } from '../apps/bind-draft.ts';
import { notFound } from '../errors.ts';
import { follow } from '../live.ts';
import type { OrgContext } from '../trpc.ts';
import { pinFailed } from './errors.ts';

/** A graph as JSON; as much as a draft may be saved with. */
const MOST_GRAPH = 2_000_000;
const DAY = 86_400_000;
const MOST_DAYS = 31;
const window = z.object({ from: z.number(), to: z.number() });

const fileColumns = z.object({
  time: z.string().max(200),
  offsetMinutes: z.number().int().min(-840).max(840).default(0),
  roles: z.record(z.string(), z.object({ column: z.string().max(200), unit: z.string().max(60).optional() })),
});
const sourceInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('history'), assetId: z.uuid(), roles: bindingsInput, window }),
  z.object({
    kind: z.literal('file'),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    name: z.string().min(1).max(300),
    columns: fileColumns.optional(),
  }),
  z.object({ kind: z.literal('sample'), slug: z.string().max(100), run: z.string().max(100) }),
  z.object({ kind: z.literal('past'), instanceId: z.uuid(), window }),
]);
export const askPinnedInput = z.object({
  appId: z.uuid(),
  source: sourceInput,
  /** The graph as it is in the editor, as JSON; absent for the past of the running version and for a file's columns. */
  graph: z.string().max(MOST_GRAPH).optional(),
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).default({}),
});

/** As a page sends it. */
export type AskPinned = z.input<typeof askPinnedInput>;
type Person = OrgContext & { readonly tenant: <T>(fn: (tx: Tx) => Promise<T>) => Promise<T> };
/** `text` is JSON of a `PinAnswer`, as the worker wrote it; `superseded`: the same person asked something newer meanwhile. */
export type PinSaid = { readonly text: string } | { readonly superseded: true };

/** A worker that holds nothing yet reads a file or a window first. */
const PATIENCE_MS = 60_000;

/**
 * What a draft makes of recorded data: asked of the worker that holds them for this person, waited for here. One question at a time a person and app;
 * a newer one takes the place of the one before.
 */
export async function askPinned(
  ctx: Person,
  input: z.output<typeof askPinnedInput>,
  signal: AbortSignal | undefined,
): Promise<PinSaid> {
  const { orgId, user } = ctx;
  const asked = await ctx.tenant(async (tx) => {
    const [own] = await tx
      .select({ id: app.id })
      .from(app)
      .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)));
    if (!own) throw notFound('App', '应用');
    const question = {
      source: await sourceOf(tx, orgId, input),
      graph: input.graph ?? null,
      parameters: input.parameters,
    };
    const [row] = await tx
      .insert(pin)
      .values({ orgId, userId: user.id, appId: own.id, ...question })
      .onConflictDoUpdate({
        target: [pin.orgId, pin.userId, pin.appId],
        set: { ...question, asked: sql`${pin.asked} + 1`, answer: null, progress: 0, usedAt: sql`now()` },
      })
      .returning({ id: pin.id, number: pin.asked });
    if (!row) throw new Error('insert gave no row');
    await tx.execute(sql`select pg_notify('pins', ${row.id})`);
    return row;
  });
  const late = AbortSignal.timeout(PATIENCE_MS);
  const either = signal ? AbortSignal.any([signal, late]) : late;
  for await (const news of follow(['pinned'], { signal: either, idleMs: 1_000 })) {
    if (!news.all && news.payloads.size > 0 && !news.payloads.has(asked.id)) continue;
    const [row] = await ctx.tenant((tx) =>
      tx
        .select({ asked: pin.asked, answered: pin.answered, answer: pin.answer })
        .from(pin)
        .where(and(eq(pin.id, asked.id), eq(pin.orgId, orgId), eq(pin.userId, user.id))),
    );
    if (!row || row.asked > asked.number) return { superseded: true };
    if (row.answered >= asked.number && row.answer !== null) return { text: row.answer };
  }
  if (signal?.aborted) return { superseded: true };
  throw pinFailed('pin.no-worker', { seconds: PATIENCE_MS / 1000 });
}

/** Only what is the organization's own; a foreign tag, file or instance is not found. */
async function sourceOf(
  tx: Tx,
  orgId: string,
  { appId, source }: Pick<z.output<typeof askPinnedInput>, 'appId' | 'source'>,
): Promise<PinSource> {
  switch (source.kind) {
    case 'history': {
      checkWindow(source.window);
      const asset = await ownAsset(tx, orgId, source.assetId);
      await ownTags(tx, orgId, source.roles);
      return { kind: 'history', assetId: asset.id, key: asset.code, bindings: source.roles, window: source.window };
    }
    case 'file': {
      const [file] = await tx
        .select({ hash: blob.hash })
        .from(blob)
        .where(and(eq(blob.orgId, orgId), eq(blob.hash, source.hash)));
      if (!file) throw notFound('File', '文件');
      const { columns, ...rest } = source;
      return columns ? { ...rest, key: 'file', columns: tidy(columns) } : { ...rest, key: 'file' };
    }
    case 'sample':
      return source;
    case 'past': {
      checkWindow(source.window);
      const [own] = await tx
        .select({ id: instance.id })
        .from(instance)
        .innerJoin(installation, eq(installation.id, instance.installationId))
        .where(and(eq(instance.id, source.instanceId), eq(instance.orgId, orgId), eq(installation.appId, appId)));
      if (!own) throw notFound('Instance', '实例');
      return source;
    }
  }
}

const tidy = ({ roles, ...rest }: z.output<typeof fileColumns>) => ({
  ...rest,
  roles: Object.fromEntries(
    Object.entries(roles).map(([role, { column, unit }]) => [role, unit === undefined ? { column } : { column, unit }]),
  ),
});

function checkWindow({ from, to }: { from: number; to: number }): void {
  if (!(from < to) || to - from > MOST_DAYS * DAY) throw pinFailed('pin.window', { days: MOST_DAYS });
}
