import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Sql } from 'postgres';
import { SILENT_AFTER_MS } from '#runtime/supervisor/beat.ts';

const ADDRESS = /^\/in\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[/?]|$)/;
/** Where a connection is held is asked again after this long, or at once when nobody answers there. */
const KNOWN_MS = 2_000;
const ANSWER_MS = 30_000;
const known = new Map<string, { readonly address: string | undefined; readonly at: number }>();

export const isInbound = (url: string | undefined): boolean => url?.startsWith('/in/') === true;

/**
 * What others send to a connection (`/in/<connection id>/…`) goes on to the gateway that holds it. The connection itself checks who sends;
 * here nothing is opened but the way. Whoever gets 503 sends again: nothing was taken.
 */
export async function forwardInbound(
  request: IncomingMessage,
  response: ServerResponse,
  sql: Sql | undefined,
  log: Logger,
): Promise<void> {
  const [, id] = ADDRESS.exec(request.url ?? '') ?? [];
  if (!id) return refuse(response, 404, 'not-found', 'Write /in/<connection id>/…, as the connection shows it.');
  const address = await holderOf(id, sql).catch((error: unknown) => {
    log.warn({ err: error }, 'the holder of a connection could not be read');
    return undefined;
  });
  if (!address) return refuse(response, 503, 'not-held', 'No gateway holds this connection now. Send it again.');
  const { promise, resolve } = Promise.withResolvers<void>();
  const onward = ask(
    `${address}${request.url}`,
    { method: request.method, headers: { ...request.headers, host: new URL(address).host }, timeout: ANSWER_MS },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.once('close', resolve);
    },
  );
  onward.once('timeout', () => onward.destroy(new Error('no answer in time')));
  onward.once('error', (error) => {
    known.delete(id);
    log.warn({ connection: id, error: error.message }, 'a gateway did not take what was sent');
    if (!response.headersSent)
      refuse(response, 503, 'not-held', 'The gateway of this connection does not answer. Send it again.');
    else response.destroy();
    resolve();
  });
  response.once('close', () => {
    onward.destroy();
    resolve();
  });
  request.pipe(onward);
  await promise;
}

async function holderOf(id: string, sql: Sql | undefined): Promise<string | undefined> {
  const now = performance.now();
  const found = known.get(id);
  if (found && now - found.at < KNOWN_MS) return found.address;
  if (!sql) throw new Error('DATABASE_URL is not set');
  const [row] = await sql<{ address: string | null }[]>`
    select p.facts->>'inbound' as address from connection c join process p on p.facts->>'gateway' = c.holder
    where c.id = ${id} and p.kind = 'gateway' and p.beat > clock_timestamp() - ${SILENT_AFTER_MS} * interval '1 ms'`;
  const address = row?.address ?? undefined;
  if (known.size > 10_000) known.clear();
  known.set(id, { address, at: now });
  return address;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 503 ? { 'retry-after': '2' } : {}),
  });
  response.end(JSON.stringify({ code, message }));
}
