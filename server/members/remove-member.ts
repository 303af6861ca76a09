import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { member } from '#drizzle/schema/index.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import { notFound } from '../errors.ts';
import type { OrgContext } from '../trpc.ts';
import { inOurWords } from './errors.ts';

export const removeMemberInput = z.object({ memberId: z.string() });

/** Takes the membership away at once; the person's account and their other organizations stay. */
export async function removeMember(
  ctx: OrgContext & { tx: Tx; headers: Headers },
  { memberId }: z.infer<typeof removeMemberInput>,
) {
  const [before] = await ctx.tx
    .select({ role: member.role, userId: member.userId })
    .from(member)
    .where(and(eq(member.id, memberId), eq(member.organizationId, ctx.orgId)));
  if (!before) throw notFound('The member', '该成员');
  await recordAudit(ctx.tx, {
    orgId: ctx.orgId,
    actor: ctx.user.id,
    action: 'member.remove',
    target: `user:${before.userId}`,
    details: { roles: before.role },
  });
  await inOurWords(
    auth().api.removeMember({ headers: ctx.headers, body: { memberIdOrEmail: memberId, organizationId: ctx.orgId } }),
  );
}
