import { APIError } from 'better-auth/api';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { invitation, user } from '#drizzle/schema/index.ts';
import { env } from '../env.ts';

/** On a closed platform an account needs an invitation to its address. The first account is always let in: somebody must invite. */
export async function allowSignUp(db: Tx, email: string): Promise<void> {
  if (env().MILLWRIGHT_SIGN_UP === 'open') return;
  const [anyone] = await db.select({ id: user.id }).from(user).limit(1);
  if (!anyone) return;
  const [invited] = await db
    .select({ id: invitation.id })
    .from(invitation)
    .where(
      and(
        eq(sql`lower(${invitation.email})`, email.trim().toLowerCase()),
        eq(invitation.status, 'pending'),
        gt(invitation.expiresAt, sql`now()`),
      ),
    );
  if (!invited) {
    throw new APIError('FORBIDDEN', {
      code: 'SIGN_UP_BY_INVITATION',
      message: 'New accounts on this platform need an invitation. Ask an administrator of your organization.',
    });
  }
}
