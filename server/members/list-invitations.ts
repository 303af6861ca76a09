import { and, desc, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { invitation } from '#drizzle/schema/index.ts';
import { rolesOf } from '../context.ts';

/** Invitations that nobody has used or withdrawn; expired ones too, so that they can be sent again. */
export async function listInvitations(tx: Tx, orgId: string) {
  const rows = await tx
    .select({ id: invitation.id, email: invitation.email, role: invitation.role, expiresAt: invitation.expiresAt })
    .from(invitation)
    .where(and(eq(invitation.organizationId, orgId), eq(invitation.status, 'pending')))
    .orderBy(desc(invitation.createdAt));
  return rows.map(({ role, ...row }) => ({ ...row, roles: rolesOf(role ?? ''), expired: row.expiresAt.getTime() < Date.now() }));
}
