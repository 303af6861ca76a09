import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve, sep } from 'node:path';
import { ConnectorError } from '#blocks/sdk/connector.ts';

/** More is read from a file only as a database import. */
const LONGEST = 256 << 20;
/** Names of files that somebody still writes. */
const UNFINISHED = /^[.~]|\.(part|partial|tmp|crdownload|filepart)$/i;

export interface Found {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/**
 * The folder that files are dropped into. By itself it is the connection's own; another one must lie below a folder that the operator of this gateway opened
 * (`MILLWRIGHT_FILE_ROOTS`): who may set up connections may not thereby read every file of the machine.
 */
export async function openFolder(wanted: string, own: () => Promise<string>): Promise<string> {
  if (wanted === '') {
    const inbox = join(await own(), 'inbox');
    await mkdir(inbox, { recursive: true });
    return realpath(inbox);
  }
  const roots = (process.env.MILLWRIGHT_FILE_ROOTS ?? '').split(delimiter).filter((root) => root !== '');
  const real = await realpath(resolve(wanted)).catch(() => undefined);
  for (const root of roots) {
    const open = await realpath(root).catch(() => undefined);
    if (open !== undefined && real !== undefined && (real === open || real.startsWith(open + sep))) return real;
  }
  throw new ConnectorError('permission', 'file.folder', {
    en: `“${wanted}” does not exist or is not opened. The operator of the gateway opens folders by MILLWRIGHT_FILE_ROOTS (now: ${roots.join(', ') || 'none'}).`,
    zh: `“${wanted}”不存在或未开放。网关管理员通过 MILLWRIGHT_FILE_ROOTS 开放目录（当前：${roots.join('、') || '无'}）。`,
  });
}

/** Files that nobody has written to for a while, the oldest first. */
export async function settled(folder: string, settleMs: number, sizes: Map<string, number>): Promise<readonly Found[]> {
  const found: Found[] = [];
  const before = new Map(sizes);
  sizes.clear();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // a link may lead anywhere
    if (!entry.isFile() || UNFINISHED.test(entry.name)) continue;
    const path = join(folder, entry.name);
    const facts = await stat(path).catch(() => undefined); // somebody took it away
    if (!facts) continue;
    sizes.set(entry.name, facts.size);
    const quiet = Date.now() - facts.mtimeMs >= settleMs && before.get(entry.name) === facts.size;
    if (quiet) found.push({ name: entry.name, path, size: facts.size, modified: facts.mtimeMs });
  }
  return found.sort((a, b) => a.modified - b.modified || a.name.localeCompare(b.name, 'en'));
}

export async function readWhole(file: Found): Promise<{ readonly bytes: Buffer; readonly print: string }> {
  if (file.size > LONGEST)
    throw new ConnectorError('data', 'file.too-long', {
      en: `“${file.name}” has ${file.size} bytes; at most ${LONGEST} are read. Split it.`,
      zh: `“${file.name}”有 ${file.size} 字节，最多读取 ${LONGEST} 字节。请拆分文件。`,
    });
  const bytes = await readFile(file.path);
  return { bytes, print: createHash('sha256').update(file.name).update('\0').update(bytes).digest('hex') };
}

/** Puts a file that was read where its kind goes; `note` says why beside it. */
export async function setAside(file: Found, kind: 'done' | 'failed', note?: string): Promise<void> {
  const folder = join(file.path, '..', kind);
  await mkdir(folder, { recursive: true });
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  await rename(file.path, join(folder, `${stamp} ${file.name}`));
  if (note !== undefined) await writeFile(join(folder, `${stamp} ${file.name}.reason.txt`), note);
}
export const noteBeside = async (file: Found, note: string): Promise<void> => {
  const folder = join(file.path, '..', 'failed');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')} ${file.name}.rows.txt`), note);
};
export const removeFile = (file: Found): Promise<void> => rm(file.path, { force: true });
