import type { Tx } from '#drizzle/client.ts';
import { user } from '#drizzle/schema/index.ts';
import { database } from '../db.ts';

/** Nobody has an account yet: the next person makes the first one, with the organization that runs the platform. */
export async function isFirstRun(tx: Tx = database().db): Promise<boolean> {
  const [anyone] = await tx.select({ id: user.id }).from(user).limit(1);
  return anyone === undefined;
}
