import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

/** Ed25519 (RFC 8032). Keys travel as base64 of their DER form (SPKI, PKCS #8); signatures as base64. */
export interface SigningKey {
  readonly publicKey: string;
  readonly privateKey: string;
}

export function generateSigningKey(): SigningKey {
  const pair = generateKeyPairSync('ed25519');
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  };
}

export const signBytes = (bytes: Uint8Array, privateKey: string): string =>
  sign(null, bytes, createPrivateKey({ key: Buffer.from(privateKey, 'base64'), type: 'pkcs8', format: 'der' })).toString(
    'base64',
  );

/** False for a wrong signature, and for a key or signature that cannot be read. */
export function verifyBytes(bytes: Uint8Array, signature: string, publicKey: string): boolean {
  const key = readPublicKey(publicKey);
  return key !== undefined && verify(null, bytes, key, Buffer.from(signature, 'base64'));
}

/** A malformed key is an ordinary way of being invalid: a package may carry any text in its place. */
function readPublicKey(text: string) {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
