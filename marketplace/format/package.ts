import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { z } from 'zod';
import { PackageError } from './errors.ts';
import { type AppManifest, appManifest, PACKAGE_FORMAT, PARTS, publisherName } from './manifest.ts';
import { signBytes, verifyBytes } from './signing.ts';

/**
 * A package (`.mwapp`) is a zip: the parts, `META/contents.json` with the SHA-256 of every part, and `META/signature.json` with the
 * publisher's Ed25519 signature over the bytes of `contents.json`. The same parts and key give the same bytes.
 */
export type Files = ReadonlyMap<string, Uint8Array>;

const CONTENTS = 'META/contents.json';
const SIGNATURE = 'META/signature.json';
/** Unpacked size that a package may have: a proof's dataset fits, a zip bomb does not. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 500;
/** Zip times start at 1980; one fixed time keeps packing reproducible. */
const ZIP_TIME = new Date(1980, 0, 1, 0, 0, 0);

const contentsSchema = z.strictObject({
  format: z.number().int(),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
const signatureSchema = z.strictObject({
  algorithm: z.literal('ed25519'),
  publisher: publisherName,
  publicKey: z.string(),
  signature: z.string(),
});

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const json = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

export interface SignedPackage {
  readonly manifest: AppManifest;
  readonly files: Files;
  /** SHA-256 of the whole file. */
  readonly hash: string;
  readonly publicKey: string;
}

/** Packs and signs. Throws `PackageError` when a part is missing or the manifest does not hold. */
export function pack(files: Files, publisher: string, key: { publicKey: string; privateKey: string }): Uint8Array {
  const manifest = readManifest(files);
  if (manifest.publisher !== publisher)
    throw new PackageError(
      'package.manifest-invalid',
      `app.json names the publisher "${manifest.publisher}", the key belongs to "${publisher}"`,
      PARTS.manifest,
    );
  const names = [...files.keys()].sort();
  for (const name of names) checkPath(name);
  const contents = json({ format: PACKAGE_FORMAT, files: Object.fromEntries(names.map((n) => [n, sha256(part(files, n))])) });
  const signature = json({
    algorithm: 'ed25519',
    publisher,
    publicKey: key.publicKey,
    signature: signBytes(contents, key.privateKey),
  });
  const entries: Record<string, Uint8Array> = { [CONTENTS]: contents, [SIGNATURE]: signature };
  for (const name of names) entries[name] = part(files, name);
  return zipSync(entries, { level: 9, mtime: ZIP_TIME });
}

/**
 * Opens a package and checks all of it: size, paths, every file's hash, the signature, the manifest. `keyOf` gives the registered
 * public key of a publisher; without it the key inside the package is used, which proves integrity but not who signed.
 */
export function open(bytes: Uint8Array, keyOf?: (publisher: string) => string | undefined): SignedPackage {
  const all = unzip(bytes);
  const contentsBytes = all.get(CONTENTS);
  const signatureBytes = all.get(SIGNATURE);
  if (!contentsBytes || !signatureBytes)
    throw new PackageError(
      'package.unsigned',
      `the package has no ${contentsBytes ? SIGNATURE : CONTENTS}; pack it with "mw app pack"`,
    );
  const signature = parsePart(signatureBytes, SIGNATURE, signatureSchema);
  const registered = keyOf ? keyOf(signature.publisher) : signature.publicKey;
  if (registered === undefined)
    throw new PackageError(
      'package.publisher-unknown',
      `no key is registered for the publisher "${signature.publisher}"`,
      SIGNATURE,
    );
  if (!verifyBytes(contentsBytes, signature.signature, registered))
    throw new PackageError(
      'package.signature-invalid',
      `the signature of "${signature.publisher}" does not fit ${CONTENTS}; get the package from its publisher again`,
      SIGNATURE,
    );
  const contents = parsePart(contentsBytes, CONTENTS, contentsSchema);
  if (contents.format > PACKAGE_FORMAT)
    throw new PackageError(
      'package.newer-format',
      `the package has format ${contents.format}, this Millwright reads up to ${PACKAGE_FORMAT}; upgrade Millwright`,
      CONTENTS,
    );
  const files = new Map([...all].filter(([name]) => name !== CONTENTS && name !== SIGNATURE));
  for (const [name, data] of files) {
    const expected = contents.files[name];
    if (expected === undefined)
      throw new PackageError('package.file-unlisted', `${name} is in the package but not in ${CONTENTS}`, name);
    const actual = sha256(data);
    if (actual !== expected)
      throw new PackageError(
        'package.file-altered',
        `${name} was altered: its SHA-256 is ${actual}, signed was ${expected}`,
        name,
      );
  }
  for (const name of Object.keys(contents.files))
    if (!files.has(name)) throw new PackageError('package.file-missing', `${name} is listed in ${CONTENTS} but missing`, name);
  const manifest = readManifest(files);
  if (manifest.publisher !== signature.publisher)
    throw new PackageError('package.manifest-invalid', `app.json names another publisher than the signature`, PARTS.manifest);
  return { manifest, files, hash: sha256(bytes), publicKey: registered };
}

/** Reads and checks `app.json`, and that the parts every app has are there. */
export function readManifest(files: Files): AppManifest {
  for (const name of [PARTS.manifest, PARTS.graph, PARTS.screens, PARTS.readme.en, PARTS.readme.zh, PARTS.proof])
    if (!files.has(name)) throw new PackageError('package.part-missing', `the package has no ${name}`, name);
  return parsePart(part(files, PARTS.manifest), PARTS.manifest, appManifest);
}

function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  let total = 0;
  let count = 0;
  const entries = ((): Record<string, Uint8Array> => {
    try {
      return unzipSync(bytes, {
        filter: (file) => {
          total += file.originalSize;
          count += 1;
          if (total > MAX_BYTES || count > MAX_FILES)
            throw new PackageError(
              'package.too-large',
              `a package may unpack to ${MAX_BYTES / 2 ** 20} MiB in ${MAX_FILES} files at most`,
            );
          checkPath(file.name);
          return true;
        },
      });
    } catch (error) {
      if (error instanceof PackageError) throw error;
      const name = damagedEntry(bytes);
      if (name !== undefined)
        throw new PackageError('package.file-altered', `${name} was altered or damaged: it cannot be unpacked`, name);
      throw new PackageError('package.not-a-zip', 'the file is no zip archive, or it is damaged; download it again');
    }
  })();
  return new Map(Object.entries(entries));
}

/** The first file of an archive that cannot be unpacked by itself; undefined when the archive's directory is what is broken. */
function damagedEntry(bytes: Uint8Array): string | undefined {
  const names: string[] = [];
  try {
    unzipSync(bytes, { filter: (file) => names.push(file.name) < 0 });
  } catch {
    // the caller says that it is no archive
    return undefined;
  }
  return names.find((name) => {
    try {
      unzipSync(bytes, { filter: (file) => file.name === name });
      return false;
    } catch {
      return true;
    }
  });
}

function checkPath(name: string) {
  const plain = /^[A-Za-z0-9._@-]+(\/[A-Za-z0-9._@-]+)*$/.test(name) && !name.split('/').some((s) => s === '.' || s === '..');
  if (!plain) throw new PackageError('package.bad-path', `"${name}" is no plain relative path`, name);
}

function part(files: Files, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new PackageError('package.part-missing', `the package has no ${name}`, name);
  return bytes;
}

function parsePart<T>(bytes: Uint8Array, name: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new PackageError(
      'package.manifest-invalid',
      `${name} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      name,
    );
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new PackageError(
      'package.manifest-invalid',
      `${name}: ${parsed.error.issues.map((i) => `${i.path.join('.') || 'the document'}: ${i.message}`).join('; ')}`,
      name,
    );
  return parsed.data;
}

/** JSON part of an opened package, by its schema. */
export const readPart = <T>(files: Files, name: string, schema: z.ZodType<T>): T => parsePart(part(files, name), name, schema);
export const textPart = (files: Files, name: string): string => new TextDecoder().decode(part(files, name));
