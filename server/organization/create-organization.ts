import { z } from 'zod';
import { recordAudit } from '../audit/record-audit.ts';
import { auth } from '../auth.ts';
import type { User } from '../context.ts';
import { withTenant } from '../db.ts';
import { slugOf } from './slug-of.ts';

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
