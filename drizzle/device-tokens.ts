import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { brokerName, deviceToken } from './schema/index.ts';

/**
 * Device tokens of the platform's MQTT broker. The rule: a **name** (first topic level, or Sparkplug group) belongs to one organization, and a
 * device reads and writes below the names of its organization only. Here, because server and seed make them and the gateway checks them.
 */
const COST = 16_384; // scrypt N: about 50 ms, 16 MB; the password is random, so this guards a stolen table, not a weak choice

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password, salt, 32, { N: COST }, (error, key) => (error ? reject(error) : resolve(key))),
  );

async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `v1.${salt.toString('base64url')}.${(await derive(password, salt)).toString('base64url')}`;
}

/** The name is another organization's, or no name at all. */
export class BrokerNameError extends Error {
  readonly code: 'BROKER_NAME_TAKEN' | 'BROKER_NAME_INVALID';
  constructor(code: BrokerNameError['code'], message: string) {
    super(message);
    this.name = 'BrokerNameError';
    this.code = code;
  }
}

/** Makes a name the organization's; repeating it does nothing. */
export async function claimBrokerName(tx: Tx, orgId: string, name: string): Promise<void> {
  if (!/^[^+#/$\0]{1,64}$/.test(name) || name === 'spBv1.0') {
    throw new BrokerNameError(
      'BROKER_NAME_INVALID',
      `“${name}” cannot be a topic's first level: 1 to 64 letters without + # / $.`,
    );
  }
  await tx.insert(brokerName).values({ name, orgId }).onConflictDoNothing();
  const [owner] = await tx.select({ orgId: brokerName.orgId }).from(brokerName).where(eq(brokerName.name, name));
  // a foreign row may be hidden by row-level security: then there is none to see
  if (owner?.orgId !== orgId)
    throw new BrokerNameError('BROKER_NAME_TAKEN', `“${name}” is used already; choose another first topic level.`);
}

/** The password is told here once. */
export async function createDeviceToken(
  tx: Tx,
  orgId: string,
  name: string,
): Promise<{ id: string; username: string; password: string }> {
  const username = `d-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(24).toString('base64url');
  const [row] = await tx
    .insert(deviceToken)
    .values({ orgId, name, username, hash: await hashOf(password) })
    .returning({ id: deviceToken.id });
  if (!row) throw new Error('the token was not stored');
  return { id: row.id, username, password };
}

export async function revokeDeviceToken(tx: Tx, orgId: string, id: string): Promise<void> {
  await tx
    .update(deviceToken)
    .set({ revokedAt: new Date() })
    .where(and(eq(deviceToken.orgId, orgId), eq(deviceToken.id, id)));
}

/** The device's organization and its names; undefined when name or password is wrong or the token was revoked. */
export async function checkDeviceToken(
  tx: Tx,
  username: string,
  password: string,
): Promise<{ readonly tokenId: string; readonly orgId: string; readonly names: ReadonlySet<string> } | undefined> {
  const [row] = await tx
    .select()
    .from(deviceToken)
    .where(and(eq(deviceToken.username, username), isNull(deviceToken.revokedAt)));
  const [, salt = '', hash = ''] = (row?.hash ?? 'v1..').split('.');
  const given = await derive(password, Buffer.from(salt, 'base64url'));
  const wanted = Buffer.from(hash, 'base64url');
  if (!row || wanted.length !== given.length || !timingSafeEqual(wanted, given)) return undefined;
  await tx.update(deviceToken).set({ lastSeenAt: new Date() }).where(eq(deviceToken.id, row.id));
  const names = await tx.select({ name: brokerName.name }).from(brokerName).where(eq(brokerName.orgId, row.orgId));
  return { tokenId: row.id, orgId: row.orgId, names: new Set(names.map((one) => one.name)) };
}
