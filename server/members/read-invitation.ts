import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { invitation, organization, user } from '#drizzle/schema/index.ts';
import { rolesOf } from '../context.ts';
import { database } from '../db.ts';
import { membersFailed } from './errors.ts';

export const invitationInput = z.object({ id: z.string().max(100) });

/** What an invitation offers. Whoever has its link may read it: the id is a secret of 32 random characters. */
export async function readInvitation({ id }: z.infer<typeof invitationInput>) {
  const [row] = await database()
    .db.select({
      id: invitation.id,
      email: invitation.email,
      role: invitation.role,
      status: invitation.status,
      expiresAt: invitation.expiresAt,
      organization: organization.name,
      inviter: user.name,
    })
    .from(invitation)
    .innerJoin(organization, eq(organization.id, invitation.organizationId))
    .innerJoin(user, eq(user.id, invitation.inviterId))
    .where(eq(invitation.id, id));
  if (row?.status !== 'pending' || row.expiresAt.getTime() < Date.now()) throw membersFailed('members.invitation-over');
  const { role, status: _, ...rest } = row;
  return { ...rest, roles: rolesOf(role ?? '') };
}
