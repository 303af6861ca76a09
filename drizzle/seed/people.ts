import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { provisionOrganization } from '../organization.ts';
import { account, member, organization, user } from '../schema/index.ts';

export const DEMO_PASSWORD = 'millwright-demo';

export interface DemoOrganization {
  readonly slug: string;
  readonly name: string;
  /** The organization that runs the platform and reviews what is published. */
  readonly platform?: boolean;
  readonly people: readonly { readonly email: string; readonly name: string; readonly role: string }[];
}

export const DEMO_ORGANIZATIONS = {
  baoan: {
    slug: 'baoan-precision',
    name: 'Baoan Precision 宝安精密',
    people: [
      { email: 'engineer@demo.millwright.local', name: 'Li Ming 李明', role: 'owner' },
      { email: 'operator@demo.millwright.local', name: 'Zhang Wei 张伟', role: 'operator' },
    ],
  },
  hengtai: {
    slug: 'hengtai-hardware',
    name: 'Hengtai Hardware 恒泰五金',
    people: [{ email: 'owner@demo.millwright.local', name: 'Chen Fang 陈芳', role: 'owner' }],
  },
  platform: {
    slug: 'millwright-platform',
    name: 'Millwright Platform 匠造平台',
    platform: true,
    people: [{ email: 'reviewer@demo.millwright.local', name: 'Wang Jing 王静', role: 'reviewer' }],
  },
} as const satisfies Record<string, DemoOrganization>;

/** The organization with its people, control lane and inbox; what is there already stays as it is. Returns its id. */
export async function seedOrganization(tx: Tx, demo: DemoOrganization): Promise<string> {
  const orgId = await organizationOf(tx, demo);
  await provisionOrganization(tx, orgId);
  for (const person of demo.people) {
    const userId = await userOf(tx, person);
    const members = await tx.select({ id: member.id, org: member.organizationId }).from(member).where(eq(member.userId, userId));
    if (!members.some((row) => row.org === orgId))
      await tx
        .insert(member)
        .values({ id: randomUUID(), organizationId: orgId, userId, role: person.role, createdAt: new Date() });
  }
  return orgId;
}

async function organizationOf(tx: Tx, demo: DemoOrganization): Promise<string> {
  const [present] = await tx.select({ id: organization.id }).from(organization).where(eq(organization.slug, demo.slug));
  if (present) return present.id;
  const id = randomUUID();
  await tx
    .insert(organization)
    .values({ id, name: demo.name, slug: demo.slug, platform: demo.platform ?? false, createdAt: new Date() });
  return id;
}

async function userOf(tx: Tx, person: { email: string; name: string }): Promise<string> {
  const [present] = await tx.select({ id: user.id }).from(user).where(eq(user.email, person.email));
  if (present) return present.id;
  const id = randomUUID();
  await tx.insert(user).values({ id, name: person.name, email: person.email, emailVerified: true });
  await tx.insert(account).values({
    id: randomUUID(),
    accountId: id,
    providerId: 'credential',
    userId: id,
    password: await hashPassword(DEMO_PASSWORD),
  });
  return id;
}
