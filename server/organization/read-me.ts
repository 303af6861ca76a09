import { ACCESS, can, type Permission } from '../access.ts';
import type { Context, Membership, User } from '../context.ts';

export interface Me {
  readonly user: User;
  readonly memberships: readonly Membership[];
  /** The organization that the person works in now; absent before they have one. */
  readonly org?: Membership;
  /** What they may do there: screens show and hide by it, procedures check it again. */
  readonly may: readonly Permission[];
}

/** The signed-in person, or null. */
export async function readMe(ctx: Context): Promise<Me | null> {
  const user = await ctx.user();
  if (!user) return null;
  const memberships = await ctx.memberships();
  if (memberships.length === 0) return { user, memberships, may: [] };
  const { org } = await ctx.active();
  const may = (Object.keys(ACCESS) as Permission[]).filter((permission) => can(org.roles, permission));
  return { user, memberships, org, may };
}
