// One web process as the product has it, without its pages: sign-in and procedures over HTTP, on a free port. For tests with several of them on one database.
import { createServer, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { auth } from './auth.ts';
import { createContext } from './context.ts';
import { appRouter } from './root.ts';

const answer = (request: Request): Promise<Response> =>
  new URL(request.url).pathname.startsWith('/api/auth/')
    ? auth().handler(request)
    : fetchRequestHandler({
        endpoint: '/api/trpc',
        req: request,
        router: appRouter,
        createContext: () => createContext(request.headers),
      });

async function requestOf(from: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of from) parts.push(part as Buffer);
  const { method = 'GET', url = '/', headers } = from;
  const own = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const body = method === 'POST' ? { body: Buffer.concat(parts) } : {};
  return new Request(`http://${headers.host}${url}`, { method, headers: own, signal, ...body });
}

const server = createServer(async (from, to) => {
  const over = new AbortController();
  to.once('close', () => over.abort());
  const response = await answer(await requestOf(from, over.signal));
  to.writeHead(response.status, [...response.headers].flat());
  if (!response.body) return void to.end();
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  // who listens goes away in the middle of a stream
  body.on('error', () => to.destroy());
  body.pipe(to);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit(0));
