import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { InboundAnswer, InboundHandler } from '#blocks/sdk/connector.ts';

/** A body, packed and unpacked; senders cut what is longer. */
export const LONGEST_BODY = 16 << 20;
const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/** Reads one request whole, within its limits, and answers what the handler says; `path` is what stands behind the connection. */
export async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  handler: InboundHandler,
): Promise<void> {
  const answer = await answerOf(request, path, handler);
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    // what is left of a body that is not wanted must not be taken for the next request
    ...(request.complete ? {} : { connection: 'close' }),
    ...answer.headers,
  });
  response.end(answer.status === 204 ? undefined : (answer.body ?? '{}'));
}

async function answerOf(request: IncomingMessage, path: string, handler: InboundHandler): Promise<InboundAnswer> {
  const packed = await bodyOf(request);
  if (!packed) return refusal(413, 'too-long', `A body may have ${LONGEST_BODY} bytes. Send it in parts.`);
  const encoding = String(request.headers['content-encoding'] ?? 'identity').toLowerCase();
  let body = packed;
  if (encoding !== 'identity') {
    const unpack = unpackers[encoding as keyof typeof unpackers];
    if (!unpack)
      return refusal(415, 'encoding', `Content-Encoding ${encoding} is not known. Known: gzip, deflate, br, identity.`);
    try {
      body = await unpack(packed, { maxOutputLength: LONGEST_BODY });
    } catch (error) {
      const long = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return long
        ? refusal(413, 'too-long', `A body may have ${LONGEST_BODY} bytes unpacked. Send it in parts.`)
        : refusal(400, 'encoding', `The body is not ${encoding}.`);
    }
  }
  const url = new URL(path, 'http://connection');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return handler({ method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, body });
}

/** Undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) return undefined;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LONGEST_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Why a request is not taken, in the form that InfluxDB's senders show to a person too. */
export const refusal = (status: number, code: string, message: string, headers?: InboundAnswer['headers']): InboundAnswer => ({
  status,
  body: JSON.stringify({ code, message }),
  ...(headers ? { headers } : {}),
});
