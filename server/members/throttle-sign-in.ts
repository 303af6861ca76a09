import { createHash } from 'node:crypto';
import { APIError } from 'better-auth/api';
import { eq, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { signInThrottle } from '#drizzle/schema/index.ts';

/** Five tries a minute: a person who mistypes never meets it, a guesser needs a year for 2.6 million words. */
const ATTEMPTS = 5;
const WINDOW_SECONDS = 60;

/** Counts an attempt before the password is looked at, in one statement, so that parallel guesses cannot slip through. */
export async function takeAttempt(db: Tx, email: string): Promise<void> {
  const expired = sql`${signInThrottle.since} < now() - make_interval(secs => ${WINDOW_SECONDS})`;
  const [row] = await db
    .insert(signInThrottle)
    .values({ account: accountKey(email), attempts: 1, since: sql`now()` })
    .onConflictDoUpdate({
      target: signInThrottle.account,
      set: {
        attempts: sql`case when ${expired} then 1 else ${signInThrottle.attempts} + 1 end`,
        since: sql`case when ${expired} then now() else ${signInThrottle.since} end`,
      },
    })
    .returning({
      attempts: signInThrottle.attempts,
      wait: sql<number>`ceil(extract(epoch from ${signInThrottle.since} - now()) + ${WINDOW_SECONDS})::int`,
    });
  if (!row || row.attempts <= ATTEMPTS) return;
  throw new APIError(
    'TOO_MANY_REQUESTS',
    {
      code: 'SIGN_IN_THROTTLED',
      message: `Too many attempts for this account. Try again in ${row.wait} seconds.`,
      retryAfter: row.wait,
    },
    { 'Retry-After': String(row.wait) },
  );
}

/** The right password was given: earlier slips no longer count. */
export async function clearThrottle(db: Tx, email: string): Promise<void> {
  await db.delete(signInThrottle).where(eq(signInThrottle.account, accountKey(email)));
}

function accountKey(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
}
