import { asc, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { member, user } from '#drizzle/schema/index.ts';
import { rolesOf } from '../context.ts';

/** Members of the organization, oldest first. */
export async function listMembers(tx: Tx, orgId: string) {
  const rows = await tx
    .select({ id: member.id, userId: user.id, name: user.name, email: user.email, role: member.role, since: member.createdAt })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(eq(member.organizationId, orgId))
    .orderBy(asc(member.createdAt), asc(member.id));
  return rows.map(({ role, ...row }) => ({ ...row, roles: rolesOf(role) }));
}
