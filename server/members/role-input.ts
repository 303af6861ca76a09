import { z } from 'zod';
import { ROLES } from '../access.ts';
import type { Membership } from '../context.ts';
import { membersFailed } from './errors.ts';

/** One or more roles of a member. */
export const roleInput = z.array(z.enum(ROLES)).min(1).max(ROLES.length);

/** Reviewing is done by the organization that runs the platform, nowhere else. */
export function refuseForeignReviewer(org: Membership, roles: readonly string[]): void {
  if (roles.includes('reviewer') && !org.platform) throw membersFailed('members.reviewer-elsewhere');
}
