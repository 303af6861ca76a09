import { APIError } from 'better-auth/api';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { recordRequest, transitionOf } from '#runtime/records/kinds.ts';
import { type RecordFacts, writeRecord } from '#runtime/records/write-record.ts';
import { auth } from '../auth.ts';
import { database } from '../db.ts';
import { clearThrottle, takeAttempt } from '../members/throttle-sign-in.ts';
import type { OrgContext } from '../trpc.ts';
import { recordsFailed, refused } from './errors.ts';
import { requireRight } from './rights.ts';

export const changeRecordInput = recordRequest.extend({
  /** Of the person who signs, asked for anew; only where the transition is signed. */
  password: z.string().min(1).max(500).optional(),
  /** Made up by the caller: the same change sent again, because its answer was lost, changes nothing. */
  requestId: z.uuid().optional(),
});

type Person = OrgContext & { readonly headers: Headers; readonly tenant: <T>(fn: (tx: Tx) => Promise<T>) => Promise<T> };

/** One transition by a person: with the right for it, and signed with their password where it asks for that. */
export async function changeRecord(ctx: Person, input: z.output<typeof changeRecordInput>): Promise<RecordFacts> {
  const { password, requestId, ...wish } = input;
  const transition = transitionOf(wish.kind, wish.transition);
  if (transition) requireRight(ctx.roles, transition);
  const signs = transition?.sign !== undefined && password !== undefined;
  if (signs) await confirmPassword(ctx, password);
  const result = await ctx.tenant((tx) =>
    writeRecord(tx, ctx.orgId, wish, {
      by: `user:${ctx.user.id}`,
      ...(requestId === undefined ? {} : { request: `user:${ctx.user.id}:${requestId}` }),
      ...(signs ? { signer: { name: ctx.user.name } } : {}),
    }),
  );
  if (!result.ok) throw refused(result);
  return result.record;
}

/** Guesses are counted with those at the sign-in, before the password is looked at. */
async function confirmPassword({ user, headers }: Person, password: string): Promise<void> {
  const { db } = database();
  try {
    await takeAttempt(db, user.email);
    await auth().api.verifyPassword({ body: { password }, headers });
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    const wait = (error.body as { retryAfter?: number } | undefined)?.retryAfter;
    throw wait === undefined ? recordsFailed('records.password') : recordsFailed('records.throttled', { seconds: wait });
  }
  await clearThrottle(db, user.email);
}
