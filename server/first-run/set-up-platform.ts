import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { provisionOrganization } from '#drizzle/organization.ts';
import { account, member, organization, user } from '#drizzle/schema/index.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { withTenant } from '../db.ts';
import { slugOf } from '../organization/slug-of.ts';
import { firstRunFailed } from './errors.ts';
import { isFirstRun } from './is-first-run.ts';

export const setUpPlatformInput = z.object({
  organization: z.string().trim().min(2).max(80),
  name: z.string().trim().min(1).max(80),
  email: z.email().transform((text) => text.toLowerCase()),
  password: z.string().min(10).max(128),
});

/**
 * The first account with the first organization, all or nothing. That organization runs the platform: its owner also reviews what is published
 * here. Of two callers at once one waits for the other and is then refused; so is everybody after.
 */
export async function setUpPlatform(input: z.output<typeof setUpPlatformInput>): Promise<{ orgId: string }> {
  // Before anything is locked: it takes a tenth of a second of a core.
  const password = await hashPassword(input.password);
  const orgId = randomUUID();
  const userId = randomUUID();
  await withTenant(orgId, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('millwright first run'))`);
    if (!(await isFirstRun(tx))) throw firstRunFailed('first-run.over');
    await tx.insert(user).values({ id: userId, name: input.name, email: input.email });
    await tx.insert(account).values({ id: randomUUID(), accountId: userId, providerId: 'credential', userId, password });
    const at = { createdAt: new Date() };
    const { organization: name } = input;
    await tx.insert(organization).values({ id: orgId, name, slug: slugOf(name), platform: true, ...at });
    await tx.insert(member).values({ id: randomUUID(), organizationId: orgId, userId, role: 'owner,reviewer', ...at });
    await provisionOrganization(tx, orgId);
    await recordAudit(tx, { orgId, actor: userId, action: 'platform.set-up', details: { name } });
  });
  return { orgId };
}
