import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, type Token } from 'acorn';
import type { BlockSource } from '#runtime/graph/manifest.ts';

/**
 * Versions of blocks that somebody may have in an app: named with the hash of their code in `versions.lock.json`, for ever the same. Of those that are no
 * longer in a block's folder the text is kept under `released/`.
 */
export interface ReleasedVersion {
  readonly hash: string;
  readonly bundled: boolean;
  readonly lines?: BlockSource['lines'];
}
/** By `<group>.<name>@<version>`. */
export type VersionLock = Readonly<Record<string, ReleasedVersion>>;
export interface VersionedText {
  readonly id: string;
  readonly version: string;
  readonly source: BlockSource;
}

export const LOCK = fileURLToPath(new URL('./versions.lock.json', import.meta.url));
const FOLDER = new URL('./released/', import.meta.url);

export const readLock = (): VersionLock => (existsSync(LOCK) ? JSON.parse(readFileSync(LOCK, 'utf8')) : {});
/** Path of a kept text below this folder. */
export const keptName = (id: string, version: string): string => `released/${id}/${version}.js`;
const keptFile = (id: string, version: string) => fileURLToPath(new URL(`${id}/${version}.js`, FOLDER));

/** SHA-256 of a text's tokens: comments, blanks and the commas that a formatter sets are nobody's change. */
export function codeHash(text: string): string {
  const tokens: Token[] = [];
  parse(text, { ecmaVersion: 'latest', sourceType: 'module', onToken: tokens });
  const kept = tokens.filter(({ type }, i) => !(type.label === ',' && [')', ']', '}'].includes(tokens[i + 1]?.type.label ?? '')));
  return createHash('sha256')
    .update(kept.map(({ start, end }) => text.slice(start, end)).join('\n'))
    .digest('hex');
}

/** What is wrong with the blocks of the folders as far as released versions go, in sentences. */
export function changedVersions(current: readonly VersionedText[], lock: VersionLock): string[] {
  return current.flatMap(({ id, version, source }) => {
    const released = lock[`${id}@${version}`];
    return released === undefined || released.hash === codeHash(source.text)
      ? []
      : [
          `${id} ${version} was released and its code is no longer the same. Apps pin it and must go on as they are: give the block another version (and say under 'changes' what is different), or take the change back.`,
        ];
  });
}

/** Released versions that are in no folder any more. */
export const olderVersions = (current: readonly VersionedText[], lock: VersionLock): { id: string; version: string }[] => {
  const there = new Set(current.map(({ id, version }) => `${id}@${version}`));
  return Object.keys(lock)
    .filter((key) => !there.has(key))
    .map((key) => ({ id: key.slice(0, key.lastIndexOf('@')), version: key.slice(key.lastIndexOf('@') + 1) }));
};

/** A kept text, as it was released. @throws when it is lost or is another */
export function keptSource(id: string, version: string, lock: VersionLock): BlockSource {
  const released = lock[`${id}@${version}`];
  const file = keptFile(id, version);
  if (!released || !existsSync(file))
    throw new Error(`the text of ${id} ${version}, which was released, is not in blocks/catalogue/${keptName(id, version)}`);
  const text = readFileSync(file, 'utf8');
  if (codeHash(text) !== released.hash) throw new Error(`blocks/catalogue/${keptName(id, version)} is not what was released`);
  return { text, bundled: released.bundled, ...(released.lines ? { lines: released.lines } : {}) };
}

/** Keeps the texts of versions that have just left their folders, as the list made before still has them. */
export function keepOlder(
  current: readonly VersionedText[],
  lock: VersionLock,
  before: (key: string) => BlockSource | undefined,
): void {
  for (const { id, version } of olderVersions(current, lock)) {
    const file = keptFile(id, version);
    if (existsSync(file)) continue;
    const text = before(`millwright/${id}@${version}`)?.text;
    if (text === undefined || codeHash(text) !== lock[`${id}@${version}`]?.hash)
      throw new Error(
        `${id} ${version} was released and its text is lost: take blocks/catalogue/runtime.generated.ts from the commit before and run this again`,
      );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The lock with every version of the folders in it. */
export function locked(current: readonly VersionedText[], lock: VersionLock): VersionLock {
  const all: Record<string, ReleasedVersion> = { ...lock };
  for (const { id, version, source } of current)
    all[`${id}@${version}`] ??= {
      hash: codeHash(source.text),
      bundled: source.bundled,
      ...(source.lines ? { lines: source.lines } : {}),
    };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const lockText = (lock: VersionLock): string =>
  `{\n${Object.entries(lock)
    .map(([key, released]) => `  ${JSON.stringify(key)}: ${JSON.stringify(released)}`)
    .join(',\n')}\n}\n`;
