import { eq } from 'drizzle-orm';
import { member, organization } from '#drizzle/schema/index.ts';
import { type AccessRole, isRole } from './access.ts';
import { auth } from './auth.ts';
import { database } from './db.ts';
import { failed } from './errors.ts';

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}
export interface Membership {
  readonly orgId: string;
  readonly name: string;
  readonly slug: string;
  /** The organization that runs this platform and reviews what is published. */
  readonly platform: boolean;
  readonly roles: readonly AccessRole[];
}
export interface Active {
  readonly user: User;
  readonly org: Membership;
  readonly memberships: readonly Membership[];
}

/** What a request knows, found when first asked for and only once: a batch of calls costs one look-up. */
export interface Context {
  readonly headers: Headers;
  user(): Promise<User | undefined>;
  memberships(): Promise<readonly Membership[]>;
  /** The signed-in person with the organization they work in now; throws what is missing. */
  active(): Promise<Active>;
}

export function createContext(headers: Headers): Context {
  const session = once(() => auth().api.getSession({ headers }));
  const memberships = once(async () => {
    const found = await session();
    return found ? listMemberships(found.user.id) : [];
  });
  const user = async (): Promise<User | undefined> => {
    const found = await session();
    return found ? { id: found.user.id, name: found.user.name, email: found.user.email } : undefined;
  };
  return {
    headers,
    user,
    memberships,
    active: once(async () => {
      const person = await user();
      if (!person) throw failed('access.sign-in-needed');
      const mine = await memberships();
      const chosen = (await session())?.session.activeOrganizationId;
      const org = mine.find((membership) => membership.orgId === chosen) ?? mine[0];
      if (!org) throw failed('access.no-organization');
      return { user: person, org, memberships: mine };
    }),
  };
}

/** Organizations of a person, oldest membership first. The roles are read at every request: a removed right ends at once. */
export async function listMemberships(userId: string): Promise<Membership[]> {
  const rows = await database()
    .db.select({
      orgId: organization.id,
      name: organization.name,
      slug: organization.slug,
      platform: organization.platform,
      role: member.role,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, userId))
    .orderBy(member.createdAt, member.id);
  return rows.map(({ role, ...row }) => ({ ...row, roles: rolesOf(role) }));
}

/** better-auth keeps several roles of a member as one text, separated by commas. */
export function rolesOf(text: string): AccessRole[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(isRole);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
