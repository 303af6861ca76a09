import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * What the web build is made of: everything in app/, server/ and public/, whatever those import from other rooms (followed import by
 * import), the configuration and the lock file. The build is made again only when the hash of all of it has changed.
 */
const FOLDERS = ['app', 'server', 'public'];
const FILES = ['next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package.json', 'package-lock.json'];
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)['"]([#.][^'"]+)['"]/g;

export function webSources(root: string): string[] {
  const found = new Set<string>();
  const open = [...FOLDERS.flatMap((folder) => files(join(root, folder))), ...FILES.map((file) => join(root, file))];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path) || !existsSync(path) || !statSync(path).isFile() || /\.test\.tsx?$/.test(path)) continue;
    found.add(path);
    if (/\.[mc]?[jt]sx?$/.test(path)) open.push(...imports(root, path));
  }
  return [...found].sort();
}

function imports(root: string, path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].flatMap(([, target = '']) => {
    if (target.startsWith('#')) return [join(root, target.slice(1))];
    const at = join(dirname(path), target);
    return [at, `${at}.ts`, `${at}.tsx`];
  });
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

export function hashFiles(root: string, paths: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
