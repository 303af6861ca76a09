import { openBlobStore } from '#runtime/log/blobs.ts';
import { PIN_LIMITS } from '#runtime/replay/pin.ts';
import { can } from '../access.ts';
import { createContext } from '../context.ts';
import { withTenant } from '../db.ts';
import { env } from '../env.ts';
import { failed as accessFailed, asAppError } from '../errors.ts';
import { log } from '../log.ts';
import { pinFailed } from './errors.ts';

const MB = 1024 * 1024;

/**
 * A file that a person drops into the studio: its bytes as the body, at most 64 MB. Kept by its content, for as long as it is looked at (what nothing
 * refers to is collected after some hours). Answers `{ hash, size }`, or what is wrong as an error of the API.
 */
export async function keepFile(request: Request): Promise<Response> {
  try {
    const { user, org } = await createContext(request.headers).active();
    if (!can(org.roles, 'run.start')) throw accessFailed('access.forbidden', { roles: 'engineer' });
    const announced = Number(request.headers.get('content-length') ?? 0);
    if (announced > PIN_LIMITS.fileBytes) throw tooLarge(announced);
    const bytes = await bytesOf(request);
    const hash = await withTenant(org.orgId, (tx) =>
      openBlobStore(env().MILLWRIGHT_DATA).put(tx, org.orgId, bytes, 'application/octet-stream'),
    );
    log.info({ org: org.orgId, user: user.id, size: bytes.length }, 'file pinned');
    return Response.json({ hash, size: bytes.length }, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    const known = asAppError(error, 'file');
    if (known.facts.family !== 'user') log.error({ err: error }, 'file not kept');
    return Response.json({ error: known.facts }, { status: known.facts.status });
  }
}

/** Counted while it arrives: the length that a client announces may be wrong. */
async function bytesOf(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > PIN_LIMITS.fileBytes) throw tooLarge(size);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLarge = (size: number) =>
  pinFailed('pin.file-size', { size: Math.ceil(size / MB), limit: Math.floor(PIN_LIMITS.fileBytes / MB) });
