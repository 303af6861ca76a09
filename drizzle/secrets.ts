import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { dataKey, secret } from './schema/index.ts';

/**
 * Sealed secrets: AES-256-GCM under a data key per organization, which is sealed under the master key. Bound to organization and row, so that
 * a sealed text copied to another place does not open. Here, because the server seals and the gateway and effect runner open.
 *
 * A sealed text is `v1.<nonce>.<cipher text with tag>`, both base64url.
 */
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed text that does not open: altered, from another place, or under another master key. */
export class SealBrokenError extends Error {
  readonly code = 'SEAL_BROKEN';
  constructor(cause?: unknown) {
    super('a sealed secret does not open: it was altered, or MILLWRIGHT_MASTER_KEY is not the one it was sealed under', {
      cause,
    });
    this.name = 'SealBrokenError';
  }
}

export function seal(key: Uint8Array, plain: Uint8Array, place: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(`${VERSION} ${place}`));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

export function unseal(key: Uint8Array, text: string, place: string): Buffer {
  const [version, nonce = '', body = ''] = text.split('.');
  const sealed = Buffer.from(body, 'base64url');
  if (version !== VERSION || sealed.length < TAG_BYTES) throw new SealBrokenError();
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(`${VERSION} ${place}`))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([cipher.update(sealed.subarray(0, -TAG_BYTES)), cipher.final()]);
  } catch (error) {
    throw new SealBrokenError(error);
  }
}

/** Stores a secret and gives its id. `masterKey` is `MILLWRIGHT_MASTER_KEY`. */
export async function sealSecret(tx: Tx, masterKey: string, orgId: string, name: string, plain: string): Promise<string> {
  const key = await openDataKey(tx, masterKey, orgId);
  const [row] = await tx.insert(secret).values({ orgId, name, sealed: '' }).returning({ id: secret.id });
  if (!row) throw new Error('the secret was not stored');
  const sealed = seal(key, Buffer.from(plain, 'utf8'), `secret ${orgId} ${row.id}`);
  await tx
    .update(secret)
    .set({ sealed })
    .where(and(eq(secret.orgId, orgId), eq(secret.id, row.id)));
  return row.id;
}

/** The plain text, for the process that uses it now. Never log it, keep it, or hand it to an isolate. Undefined when there is no such secret. */
export async function openSecret(tx: Tx, masterKey: string, orgId: string, id: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ sealed: secret.sealed })
    .from(secret)
    .where(and(eq(secret.orgId, orgId), eq(secret.id, id)));
  if (!row) return undefined;
  const key = await openDataKey(tx, masterKey, orgId);
  return unseal(key, row.sealed, `secret ${orgId} ${id}`).toString('utf8');
}

export async function removeSecret(tx: Tx, orgId: string, id: string): Promise<void> {
  await tx.delete(secret).where(and(eq(secret.orgId, orgId), eq(secret.id, id)));
}

/** Is this the master key that the database's secrets are sealed under? An empty database belongs to any key. */
export async function masterKeyFits(tx: Tx, masterKey: string): Promise<boolean> {
  const [row] = await tx.select().from(dataKey).limit(1);
  try {
    if (row) unseal(masterOf(masterKey), row.sealed, `data key ${row.orgId}`);
    return true;
  } catch (error) {
    if (error instanceof SealBrokenError) return false;
    throw error;
  }
}

const masterOf = (masterKey: string) => Buffer.from(hkdfSync('sha256', masterKey, 'millwright', 'data keys', 32));

/** The organization's data key, made at its first secret. Two first secrets at once agree on the one that was stored. */
async function openDataKey(tx: Tx, masterKey: string, orgId: string): Promise<Buffer> {
  const master = masterOf(masterKey);
  const place = `data key ${orgId}`;
  const read = async () => (await tx.select().from(dataKey).where(eq(dataKey.orgId, orgId)))[0];
  let row = await read();
  if (!row) {
    await tx
      .insert(dataKey)
      .values({ orgId, sealed: seal(master, randomBytes(32), place) })
      .onConflictDoNothing();
    row = await read();
  }
  if (!row) throw new Error('the data key was not stored');
  return unseal(master, row.sealed, place);
}
