import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import type { User } from '../context.ts';
import { withTenant } from '../db.ts';

export const createOrganizationInput = z.object({ name: z.string().trim().min(2).max(80) });

/** A new tenant with the person as its owner, working in it from now on. It starts with a control lane and an inbox. */
export async function createOrganization(
  ctx: { user: User; headers: Headers },
  { name }: z.infer<typeof createOrganizationInput>,
): Promise<{ orgId: string }> {
  const made = await auth().api.createOrganization({ headers: ctx.headers, body: { name, slug: slugOf(name) } });
  await withTenant(made.id, (tx) =>
    recordAudit(tx, { orgId: made.id, actor: ctx.user.id, action: 'organization.create', details: { name } }),
  );
  return { orgId: made.id };
}

/** Readable where the name has Latin letters, and never taken. */
function slugOf(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${words || 'org'}-${randomBytes(3).toString('hex')}`;
}
