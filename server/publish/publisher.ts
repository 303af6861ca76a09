import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { publisherKey } from '#drizzle/schema/index.ts';
import { openSecret, sealSecret } from '#drizzle/secrets.ts';
import { publisherName } from '#marketplace/format/manifest.ts';
import { generateSigningKey } from '#marketplace/format/signing.ts';
import { failed } from './errors.ts';

export const registerPublisherInput = z.object({ publisher: publisherName });

/** The name and public key that the organization publishes under; null before it has chosen one. */
export async function readPublisher(tx: Tx, orgId: string): Promise<{ publisher: string; publicKey: string } | null> {
  const [row] = await tx
    .select({ publisher: publisherKey.publisher, publicKey: publisherKey.publicKey })
    .from(publisherKey)
    .where(eq(publisherKey.orgId, orgId));
  return row ?? null;
}

/** Chooses the name, once and for ever, and makes its signing key; the private part is sealed at once. */
export async function registerPublisher(
  tx: Tx,
  masterKey: string,
  orgId: string,
  by: string,
  input: z.infer<typeof registerPublisherInput>,
): Promise<{ publisher: string; publicKey: string }> {
  const present = await readPublisher(tx, orgId);
  if (present) return present;
  const key = generateSigningKey();
  const secretId = await sealSecret(tx, masterKey, orgId, `signing key of ${input.publisher}`, key.privateKey);
  // Names are unique over all organizations, whose rows this transaction does not see: the index decides.
  const made = await tx
    .insert(publisherKey)
    .values({ orgId, publisher: input.publisher, publicKey: key.publicKey, secretId })
    .onConflictDoNothing()
    .returning({ publisher: publisherKey.publisher, publicKey: publisherKey.publicKey });
  if (!made[0]) throw failed('publish.name-taken', { name: input.publisher });
  await appendAudit(tx, { orgId, actor: by, action: 'publisher.register', target: `publisher:${input.publisher}`, details: {} });
  return made[0];
}

/** Name and both keys, for signing inside this process only. */
export async function openPublisher(tx: Tx, masterKey: string, orgId: string) {
  const [row] = await tx.select().from(publisherKey).where(eq(publisherKey.orgId, orgId));
  if (!row) throw failed('publish.no-publisher');
  const privateKey = await openSecret(tx, masterKey, orgId, row.secretId);
  if (privateKey === undefined) throw new Error(`the signing key of ${row.publisher} is missing`);
  return { publisher: row.publisher, publicKey: row.publicKey, privateKey };
}
