import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { member } from '#drizzle/schema/index.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import { notFound } from '../errors.ts';
import type { OrgContext } from '../trpc.ts';
import { inOurWords } from './errors.ts';
import { refuseForeignReviewer, roleInput } from './role-input.ts';

export const changeRoleInput = z.object({ memberId: z.string(), roles: roleInput });

export async function changeRole(ctx: OrgContext & { tx: Tx; headers: Headers }, input: z.infer<typeof changeRoleInput>) {
  refuseForeignReviewer(ctx.org, input.roles);
  const [before] = await ctx.tx
    .select({ role: member.role, userId: member.userId })
    .from(member)
    .where(and(eq(member.id, input.memberId), eq(member.organizationId, ctx.orgId)));
  if (!before) throw notFound('The member', '该成员');
  // The audit entry holds the organization's lock until the end: two owners cannot demote each other at once.
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'member.change-role',
    target: `user:${before.userId}`,
    details: { from: before.role, to: input.roles.join(',') },
  });
  await inOurWords(
    auth().api.updateMemberRole({
      headers: ctx.headers,
      body: { memberId: input.memberId, role: input.roles as never, organizationId: ctx.orgId },
    }),
  );
}
