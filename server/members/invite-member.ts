import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import type { OrgContext } from '../trpc.ts';
import { inOurWords } from './errors.ts';
import { refuseForeignReviewer, roleInput } from './role-input.ts';

export const inviteMemberInput = z.object({ email: z.email().max(200), roles: roleInput });

/** Makes an invitation; its id is the last part of the link (`/invite/<id>`) that the inviter hands on. */
export async function inviteMember(ctx: OrgContext & { tx: Tx; headers: Headers }, input: z.infer<typeof inviteMemberInput>) {
  refuseForeignReviewer(ctx.org, input.roles);
  const { email, roles } = input;
  // First the entry: what the library then refuses takes the entry back with it.
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'member.invite',
    details: { email, roles },
  });
  const made = await inOurWords(
    auth().api.createInvitation({
      headers: ctx.headers,
      body: { email, role: roles.join(',') as never, organizationId: ctx.orgId },
    }),
    email,
  );
  return { id: made.id, expiresAt: made.expiresAt };
}
