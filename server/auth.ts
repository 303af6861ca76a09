import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { organization } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import { defaultStatements } from 'better-auth/plugins/organization/access';
import { type Database, openDatabase } from '#drizzle/client.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { WEB_ROLE } from '#drizzle/policies.ts';
import * as schema from '#drizzle/schema/index.ts';
import { ROLES } from './access.ts';
import { withTenant } from './db.ts';
import { deriveKey, env } from './env.ts';
import { log } from './log.ts';
import { allowSignUp } from './members/allow-sign-up.ts';
import { clearThrottle, takeAttempt } from './members/throttle-sign-in.ts';

/**
 * Two of better-auth's own role rights are enough here: managers may change members and invitations, the others nothing. What a role may do in
 * the product is `access.ts`.
 */
const control = createAccessControl({ ...defaultStatements, apiKey: ['create', 'read', 'update', 'delete'] });
const nothing = control.newRole({});
const managing = {
  organization: ['update'],
  member: ['create', 'update', 'delete'],
  invitation: ['create', 'cancel'],
  apiKey: ['create', 'read', 'update', 'delete'],
} as const;
const roles = {
  ...Object.fromEntries(ROLES.map((role) => [role, nothing])),
  admin: control.newRole({ ...managing }),
  owner: control.newRole({ ...managing, organization: ['update', 'delete'] }),
};

/** Built lazily by `auth()`; exported for the schema generator alone. */
export function buildAuth(pool: Pick<Database, 'db'>) {
  return betterAuth({
    appName: 'Millwright',
    secret: deriveKey('sign-in').toString('base64url'),
    ...(env().MILLWRIGHT_URL ? { baseURL: env().MILLWRIGHT_URL } : {}),
    // A browser cannot forge `Host` across sites, so "same origin as the address that was called" needs no list of names.
    trustedOrigins: (request) => {
      const host = request?.headers.get('x-forwarded-host') ?? request?.headers.get('host');
      return host ? [`http://${host}`, `https://${host}`] : [];
    },
    database: drizzleAdapter(pool.db, { provider: 'pg', schema, transaction: true }),
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      log(level, message, ...details) {
        // A refusal (wrong password, unknown key) is an answer, not a failure.
        if (details.some((detail) => detail instanceof APIError)) return;
        log.error({ level, details: details.map(String) }, message);
      },
    },
    onAPIError: {
      onError(error) {
        if (!(error instanceof APIError)) log.error({ err: error }, 'sign-in library failed');
      },
    },
    emailAndPassword: { enabled: true, minPasswordLength: 10, autoSignIn: true },
    session: { expiresIn: 60 * 60 * 24 * 7, updateAge: 60 * 60 * 24 },
    // By address, against floods; a whole plant may stand behind one address. Guessing is stopped by account, in `members/throttle-sign-in.ts`.
    rateLimit: {
      enabled: true,
      storage: 'memory',
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': { window: 60, max: 60 } },
    },
    // On a plant's network the platform is often reached without TLS; a `Secure` cookie would then never come back.
    advanced: { cookiePrefix: 'millwright', useSecureCookies: env().MILLWRIGHT_URL?.startsWith('https:') ?? false },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path === '/sign-in/email') await takeAttempt(pool.db, String(ctx.body?.email ?? ''));
        // The server's own calls (tests sign people up) carry no request.
        if (ctx.path === '/sign-up/email' && ctx.request) await allowSignUp(pool.db, String(ctx.body?.email ?? ''));
      }),
      after: createAuthMiddleware(async (ctx) => {
        if (ctx.path === '/sign-in/email' && ctx.context.newSession)
          await clearThrottle(pool.db, ctx.context.newSession.user.email);
      }),
    },
    plugins: [
      organization({
        ac: control,
        roles,
        creatorRole: 'owner',
        invitationExpiresIn: 60 * 60 * 24 * 7,
        schema: {
          organization: {
            // Set by the operator of the platform in the database, never over the programming interface.
            additionalFields: { platform: { type: 'boolean', input: false, required: true, defaultValue: false } },
          },
        },
        organizationHooks: {
          afterCreateOrganization: async ({ organization: made }) => {
            await withTenant(made.id, (tx) => provisionOrganization(tx, made.id));
          },
        },
      }),
      apiKey({ references: 'organization', defaultPrefix: 'mw_', enableMetadata: true, rateLimit: { enabled: false } }),
    ],
  });
}
export type Auth = ReturnType<typeof buildAuth>;

const held = globalThis as typeof globalThis & { millwrightAuth?: { auth: Auth; pool: Database } };

/**
 * Sign-in, sessions, organizations, invitations and keys. It has a pool of its own: its calls are made from inside tenant transactions, and on
 * one pool a crowd of them could wait for each other's connections for ever.
 */
export function auth(): Auth {
  if (!held.millwrightAuth) {
    const pool = openDatabase(env().DATABASE_URL, { max: 4, role: WEB_ROLE, name: 'millwright-auth' });
    held.millwrightAuth = { auth: buildAuth(pool), pool };
  }
  return held.millwrightAuth.auth;
}

/** Closes the pool; for tests and for a clean stop. */
export async function closeAuth(): Promise<void> {
  await held.millwrightAuth?.pool.close();
  delete held.millwrightAuth;
}
