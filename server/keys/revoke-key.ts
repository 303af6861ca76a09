import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { apikey } from '#drizzle/schema/index.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { notFound } from '../errors.ts';
import type { OrgContext } from '../trpc.ts';

export const revokeKeyInput = z.object({ id: z.string() });

/** The key stops working at once and for good. */
export async function revokeKey(ctx: OrgContext & { tx: Tx }, { id }: z.infer<typeof revokeKeyInput>) {
  const [gone] = await ctx.tx
    .delete(apikey)
    .where(and(eq(apikey.id, id), eq(apikey.referenceId, ctx.orgId)))
    .returning({ name: apikey.name });
  if (!gone) throw notFound('The key', '该密钥');
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'key.revoke',
    target: `key:${id}`,
    details: { name: gone.name },
  });
}
