import { randomUUID } from 'node:crypto';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { ACCESS, type AccessRole, can, type Permission } from './access.ts';
import type { Context, Membership, User } from './context.ts';
import { withTenant } from './db.ts';
import { AppError, asAppError, failed } from './errors.ts';
import { log } from './log.ts';

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  // A stream is renewed every ten minutes, so that a right that was taken away ends there too.
  sse: { maxDurationMs: 600_000, ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
  errorFormatter({ shape, error }) {
    const known = error instanceof AppError ? error : asAppError(error, 'none');
    return {
      message: known.facts.message.en,
      code: shape.code,
      data: { ...known.facts, httpStatus: known.facts.status, path: shape.data.path },
    };
  },
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Every procedure: what fails leaves as an `AppError`, and what nobody foresaw is logged under a reference that the person can quote. */
export const publicProcedure = t.procedure.use(async ({ next, path, type }) => {
  const result = await next();
  if (result.ok) return result;
  const reference = randomUUID().slice(0, 8);
  const known = asAppError(inputError(result.error) ?? result.error, reference);
  if (known.facts.family !== 'user')
    log.error({ err: result.error.cause ?? result.error, path, type, reference, code: known.facts.code }, 'call failed');
  throw known;
});

/** tRPC wraps a refused input in its own error; the issues inside are what a person needs. */
function inputError(error: { cause?: unknown }): unknown {
  return error.cause instanceof z.core.$ZodError ? error.cause : undefined;
}

/** Someone signed in, in whatever organization. */
export const userProcedure = publicProcedure.use(async ({ ctx, next }) => {
  const user = await ctx.user();
  if (!user) throw failed('access.sign-in-needed');
  return next({ ctx: { user } });
});

export interface OrgContext {
  readonly orgId: string;
  readonly org: Membership;
  readonly user: User;
  readonly roles: readonly AccessRole[];
}

async function admit(ctx: Context, permission: Permission): Promise<OrgContext> {
  const { org, user } = await ctx.active();
  if (!can(org.roles, permission)) throw failed('access.forbidden', { roles: ACCESS[permission].join(', ') });
  return { orgId: org.orgId, org, user, roles: org.roles };
}

/**
 * A member of the organization they work in now, holding `permission`. `ctx.tx` is a transaction that sees this organization alone; it commits
 * when the procedure returns and undoes everything when it throws.
 */
export function orgProcedure(permission: Permission) {
  return publicProcedure.use(async ({ ctx, next }) => {
    const org = await admit(ctx, permission);
    return withTenant(org.orgId, async (tx: Tx) => {
      const result = await next({ ctx: { ...org, tx } });
      // tRPC hands errors back instead of throwing them; the transaction must see them.
      if (!result.ok) throw result.error;
      return result;
    });
  });
}

/** The same without a transaction: for what waits on the outside world between reads. `ctx.tenant(fn)` opens one when needed. */
export function orgLongProcedure(permission: Permission) {
  return publicProcedure.use(async ({ ctx, next }) => {
    const org = await admit(ctx, permission);
    return next({ ctx: { ...org, tenant: <T>(fn: (tx: Tx) => Promise<T>) => withTenant(org.orgId, fn) } });
  });
}

/** For `.subscription(async function* ({ ctx, signal }) { … })`; see `live.ts`. */
export const orgSubscription = orgLongProcedure;
