import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createContext } from '#server/context.ts';
import { appRouter } from '#server/root.ts';

export const dynamic = 'force-dynamic';

function handle(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: () => createContext(request.headers),
  });
}

export { handle as GET, handle as POST };
