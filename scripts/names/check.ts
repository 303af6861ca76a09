import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names that say nothing about what is inside; whatever lands there belongs beside its user, named by what it does. */
const EMPTY_NAMES = ['utils', 'util', 'helpers', 'helper', 'lib', 'common', 'shared', 'misc'];
/** Beyond this a file holds more than one idea (generated ones and cases aside). */
const LONGEST = 500;

export function checkNames(files: readonly { path: string; lines: number }[]): string[] {
  return files.flatMap(({ path, lines }) => {
    const parts = path.split('/');
    const empty = parts.find((part) => EMPTY_NAMES.includes(part.replace(/\.[a-z.]+$/, '')));
    return [
      ...(empty ? [`${path}: "${empty}" says nothing; name it by what it does and put it beside its user`] : []),
      ...(path.endsWith('.tsx') && parts[0] !== 'app' ? [`${path}: components belong to app/`] : []),
      ...(lines > LONGEST ? [`${path}: ${lines} lines; a file holds one idea, split it before ${LONGEST}`] : []),
    ];
  });
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const paths = globSync('{app,server,runtime,blocks,marketplace,drizzle,e2e,bench,scripts}/**/*.{ts,tsx}', { cwd: root });
  const files = paths
    .filter((path) => !path.includes('node_modules/') && !basename(path).includes('.generated.'))
    .map((path) => ({ path, lines: readFileSync(`${root}${path}`, 'utf8').split('\n').length }));
  const problems = checkNames(files);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
}
