import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { hashFiles, webSources } from './web-sources.ts';

function tree(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'mw-sources-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    root,
    write,
    sources: () => webSources(root).map((path) => relative(root, path)),
    hash: () => hashFiles(root, webSources(root)),
  };
}

const product = () =>
  tree({
    'app/page.tsx': `import { check } from '#runtime/graph/check.ts';\nimport './page.css';\nconst later = import('#server/late.ts');`,
    'app/page.css': 'p {}',
    'app/page.test.ts': `import '#runtime/worker/main.ts';`,
    'server/late.ts': '',
    'runtime/graph/check.ts': `export { unit } from '../units/unit.ts';`,
    'runtime/units/unit.ts': '',
    'runtime/worker/main.ts': '',
    'package-lock.json': '{}',
  });

test('the build is made of app, server, what they import over rooms, and the lock file; not of tests and other processes', () => {
  expect(product().sources()).toEqual([
    'app/page.css',
    'app/page.tsx',
    'package-lock.json',
    'runtime/graph/check.ts',
    'runtime/units/unit.ts',
    'server/late.ts',
  ]);
});

test('only a change of those changes the hash', () => {
  const { hash, write } = product();
  const before = hash();
  write('runtime/worker/main.ts', 'export {};');
  write('app/page.test.ts', 'changed');
  expect(hash()).toBe(before);
  write('runtime/units/unit.ts', 'export const unit = 1;');
  const changed = hash();
  expect(changed).not.toBe(before);
  write('app/new/page.tsx', '');
  expect(hash()).not.toBe(changed);
});
