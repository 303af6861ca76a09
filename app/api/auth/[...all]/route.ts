import { auth } from '#server/auth.ts';

export const dynamic = 'force-dynamic';

/**
 * What a browser may ask of the sign-in library directly. Everything about members, invitations, organizations and keys goes through the
 * product's own procedures, which check the access table and write the audit log.
 */
const OPEN = new Set([
  '/sign-in/email',
  '/sign-up/email',
  '/sign-out',
  '/get-session',
  '/change-password',
  '/organization/set-active',
]);

async function handle(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^\/api\/auth/, '');
  if (!OPEN.has(path)) return Response.json({ code: 'NOT_FOUND', message: 'There is nothing at this address.' }, { status: 404 });
  return auth().handler(request);
}

export { handle as GET, handle as POST };
