import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { invitation } from '#drizzle/schema/index.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import type { User } from '../context.ts';
import { database, withTenant } from '../db.ts';
import { inOurWords, membersFailed } from './errors.ts';
import type { invitationInput } from './read-invitation.ts';

/** The signed-in person joins, and works in that organization from now on. */
export async function acceptInvitation(ctx: { user: User; headers: Headers }, { id }: z.infer<typeof invitationInput>) {
  const [offered] = await database()
    .db.select({ orgId: invitation.organizationId, role: invitation.role })
    .from(invitation)
    .where(eq(invitation.id, id));
  if (!offered) throw membersFailed('members.invitation-over');
  await withTenant(offered.orgId, async (tx) => {
    await recordAudit(tx, {
      orgId: offered.orgId,
      actor: ctx.user.id,
      action: 'member.join',
      details: { email: ctx.user.email, roles: offered.role },
    });
    await inOurWords(auth().api.acceptInvitation({ headers: ctx.headers, body: { invitationId: id } }));
  });
  return { orgId: offered.orgId };
}
