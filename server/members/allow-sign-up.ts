import { APIError } from 'better-auth/api';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { invitation } from '#drizzle/schema/index.ts';
import { env } from '../env.ts';
import { isFirstRun } from '../first-run/is-first-run.ts';

/** From outside: the first account is made by the first run alone, and on a closed platform the others need an invitation to their address. */
export async function allowSignUp(db: Tx, email: string): Promise<void> {
  if (await isFirstRun(db))
    throw new APIError('FORBIDDEN', {
      code: 'FIRST_RUN_NEEDED',
      message: 'This platform has no account yet. Open its address in a browser and set it up first.',
    });
  if (env().MILLWRIGHT_SIGN_UP === 'open') return;
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
