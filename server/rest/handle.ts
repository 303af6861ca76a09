import { invalidInput } from '../errors.ts';
import { authenticate } from './authenticate.ts';
import type { Endpoint } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import { restFailed } from './errors.ts';
import { openApiDocument } from './openapi.ts';
import { problemResponse } from './problem.ts';

export const REST_ROOT = '/api/v1';
/** About 40,000 samples; more in one request gains nothing and holds memory. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** One request of the programming interface. Never throws: whatever fails is answered as a problem. */
export async function handleRest(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(REST_ROOT.length);
  try {
    if (request.method === 'GET' && path === '/openapi.json') return Response.json(openApiDocument(ENDPOINTS, REST_ROOT));
    const endpoint = ENDPOINTS.find((one) => one.path === path && one.method === request.method.toLowerCase());
    if (!endpoint) throw restFailed('api.no-such-address', { method: request.method, path: url.pathname });
    // The key before anything else: nobody outside learns what an input should look like by trying.
    const ctx = await authenticate(request.headers, endpoint.scope);
    const query = parsed(endpoint.query, queryObject(url.searchParams));
    const body = endpoint.body ? parsed(endpoint.body, await readJson(request)) : undefined;
    const answer = await endpoint.run(ctx, { query, body });
    return Response.json(answer, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    return problemResponse(error, url.pathname);
  }
}

function parsed<S extends Endpoint['query'] | NonNullable<Endpoint['body']>>(schema: S, input: unknown): S['_zod']['output'] {
  const result = schema.safeParse(input);
  if (!result.success) throw invalidInput(result.error.issues);
  return result.data as S['_zod']['output'];
}

/** A name given several times becomes a list. */
function queryObject(params: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const all = params.getAll(name);
      return [name, all.length > 1 ? all : (all[0] ?? '')];
    }),
  );
}

/** Counted while it arrives: the length that a client announces may be wrong. */
async function readJson(request: Request): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > BODY_LIMIT) throw restFailed('api.body-too-large', { limit: BODY_LIMIT });
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw restFailed('api.not-json', { why: error instanceof Error ? error.message : String(error) });
  }
}
