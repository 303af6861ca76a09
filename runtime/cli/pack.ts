import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { readManifest, pack as seal, sha256 } from '#marketplace/format/package.ts';
import { generateSigningKey } from '#marketplace/format/signing.ts';
import { Refused } from './outcome.ts';
import { readApp } from './verify.ts';

/** Packs and signs the folder of an app under the publisher that its `app.json` names. */
export async function pack(folder: string, keyFile: string) {
  const files = await readApp(folder);
  const manifest = readManifest(files);
  const bytes = seal(files, manifest.publisher, await readKey(keyFile));
  return { bytes, hash: sha256(bytes), name: `${manifest.publisher}/${manifest.slug} ${manifest.version}` };
}

/** The key of a file, readable by its owner alone; a new one when there is no file. */
async function readKey(file: string) {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) {
    const key = generateSigningKey();
    await writeFile(file, `${key.privateKey}\n`, { mode: 0o600, flag: 'wx' });
    return key;
  }
  const privateKey = text.trim();
  try {
    const parsed = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), type: 'pkcs8', format: 'der' });
    const publicKey = createPublicKey(parsed).export({ type: 'spki', format: 'der' }).toString('base64');
    return { privateKey, publicKey };
  } catch {
    throw new Refused([`${file}: is no Ed25519 private key in PKCS #8, base64`]);
  }
}
