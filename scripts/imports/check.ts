import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homes, type Room, rooms } from './table.ts';

/** An import that the table refuses, with where the code belongs. */
export interface Refusal {
  file: string;
  line: number;
  message: string;
  /** What the import should say, where that is all that is wrong (`--write` puts it there). */
  repair?: { from: string; to: string };
}
interface Import {
  target: string;
  typeOnly: boolean;
  line: number;
}

/** Biome sets statements at the start of their line, so text inside templates and comments is not taken for an import. */
const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\sfrom\s*)?['"]([^'"]+)['"]/gm;
const DYNAMIC = /(?<![.\w])import\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf(source: string): Import[] {
  const line = (index: number) => source.slice(0, index).split('\n').length;
  return [
    ...[...source.matchAll(STATIC)].map((m) => ({ target: m[2] ?? '', typeOnly: m[1] !== undefined, line: line(m.index) })),
    ...[...source.matchAll(DYNAMIC)].map((m) => ({ target: m[1] ?? '', typeOnly: false, line: line(m.index) })),
  ];
}

/** `folder` may hold `*` for one name. */
const within = (path: string, folder: string) => {
  const wanted = folder.split('/');
  const parts = path.split('/');
  return wanted.length <= parts.length && wanted.every((part, i) => part === '*' || part === parts[i]);
};
/** Tests and the suites they share use what they test with; the homes of packages bind them all the same. */
const isTest = (file: string) => /\.(test|suite|testing)\.tsx?$|(^|\/)(testing|fixtures)[/.]/.test(file);
/** The entry of a process puts rooms together. */
const isEntry = (file: string) => /^runtime\/[^/]+\/main\.ts$/.test(file);

function roomOf(file: string): (Room & { folder: string }) | undefined {
  const matches = rooms.flatMap((room) => {
    const depth = room.path.split('/').length;
    const folder = file.split('/').slice(0, depth).join('/');
    const pattern = room.path.split('/');
    return folder.split('/').every((part, i) => pattern[i] === '*' || pattern[i] === part) && folder.split('/').length === depth
      ? [{ ...room, folder }]
      : [];
  });
  const weight = (room: Room) => room.path.split('/').length * 2 - (room.path.includes('*') ? 1 : 0);
  return matches.sort((a, b) => weight(b) - weight(a))[0];
}

const packageOf = (target: string) => target.split('/', target.startsWith('@') ? 2 : 1).join('/');

export function checkFile(file: string, source: string): Refusal[] {
  const room = roomOf(file);
  if (!room) return [];
  return importsOf(source).flatMap((imported) => {
    const { target, line } = imported;
    const path = normalize(join(dirname(file), target));
    if (target.startsWith('.') && leaves(room.folder, path)) {
      const message = `${target} leaves ${room.folder}; import another room by its name: #${path}.`;
      return [{ file, line, message, repair: { from: target, to: `#${path}` } }];
    }
    const message = judge(file, room, imported);
    return message ? [{ file, line, message }] : [];
  });
}

/** A room inside a room (drizzle/seed) may be relative to the outer one. */
function leaves(folder: string, path: string): boolean {
  const other = roomOf(path)?.folder;
  return !within(path, folder) && !(other && within(folder, other));
}

function judge(file: string, room: Room & { folder: string }, { target, typeOnly }: Import): string | null {
  const free = isTest(file);
  if (isBuiltin(target)) return room.node || free || typeOnly ? null : `${room.folder} may not import ${target}. ${room.instead}`;
  if (!target.startsWith('.') && !target.startsWith('#')) {
    const name = packageOf(target);
    const home = homes.find(({ packages }) => packages.includes(name) || packages.some((wanted) => wanted === target));
    if (home && !typeOnly && !home.in.some((folder) => within(file, folder)))
      return `${file} may not import ${name}. ${home.instead}`;
    if (room.packages === 'any' || room.packages.includes(name) || free) return null;
    return `${room.folder} may not import the package ${name}. ${room.instead}`;
  }
  const path = target.startsWith('#') ? target.slice(1) : normalize(join(dirname(file), target));
  if (within(path, room.folder)) return null;
  if (free || room.rooms === 'any') return null;
  if (isEntry(file) && within(path, 'runtime')) return null;
  if (room.rooms.some((allowed) => within(path, allowed))) return null;
  if (typeOnly && room.types?.some((allowed) => within(path, allowed))) return null;
  return `${room.folder} may not import ${path}. ${room.instead}`;
}

export function checkTree(root: string): Refusal[] {
  const files = globSync('{app,server,runtime,blocks,marketplace,drizzle,e2e,bench,scripts}/**/*.{ts,tsx}', { cwd: root });
  return files
    .filter((file) => !file.includes('node_modules/') && existsSync(join(root, file)))
    .sort()
    .flatMap((file) => checkFile(file, readFileSync(join(root, file), 'utf8')));
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  if (process.argv.includes('--write')) for (const refusal of checkTree(root)) repair(root, refusal);
  const refusals = checkTree(root);
  for (const { file, line, message } of refusals) console.log(`${file}:${line}  ${message}`);
  if (refusals.length > 0) process.exitCode = 1;
}

function repair(root: string, { file, repair }: Refusal) {
  if (!repair) return;
  const path = join(root, file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, source.replaceAll(`'${repair.from}'`, `'${repair.to}'`));
}
