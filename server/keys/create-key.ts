import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { SCOPES } from '../access.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import { ensurePushConnection } from '../rest/push-connection.ts';
import type { OrgContext } from '../trpc.ts';

export const createKeyInput = z.object({
  name: z.string().trim().min(1).max(32),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /** Days until it stops working; absent = never. */
  days: z.number().int().min(1).max(365).optional(),
});

/** Under the name `millwright` in the key's permissions stand its scopes. */
export const SCOPE_RESOURCE = 'millwright';

/** A key of the organization. Its text is in this answer and nowhere else: only a hash of it is kept. */
export async function createKey(ctx: OrgContext & { tx: Tx }, input: z.infer<typeof createKeyInput>) {
  if (input.scopes.includes('samples.write')) await ensurePushConnection(ctx.tx, ctx.orgId);
  const made = await auth().api.createApiKey({
    body: {
      name: input.name,
      organizationId: ctx.orgId,
      userId: ctx.user.id,
      permissions: { [SCOPE_RESOURCE]: input.scopes },
      ...(input.days ? { expiresIn: input.days * 86_400 } : {}),
    },
  });
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'key.create',
    target: `key:${made.id}`,
    details: { name: input.name, scopes: input.scopes, days: input.days ?? null },
  });
  return { id: made.id, key: made.key };
}
