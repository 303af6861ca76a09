import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { invitation } from '#drizzle/schema/index.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import { notFound } from '../errors.ts';
import type { OrgContext } from '../trpc.ts';
import { inOurWords } from './errors.ts';

export const cancelInvitationInput = z.object({ id: z.string() });

export async function cancelInvitation(
  ctx: OrgContext & { tx: Tx; headers: Headers },
  { id }: z.infer<typeof cancelInvitationInput>,
) {
  const [open] = await ctx.tx
    .select({ email: invitation.email })
    .from(invitation)
    .where(and(eq(invitation.id, id), eq(invitation.organizationId, ctx.orgId), eq(invitation.status, 'pending')));
  if (!open) throw notFound('The invitation', '该邀请');
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'member.invite-withdraw',
    details: { email: open.email },
  });
  await inOurWords(auth().api.cancelInvitation({ headers: ctx.headers, body: { invitationId: id } }));
}
