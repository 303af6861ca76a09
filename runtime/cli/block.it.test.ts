import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newBlock } from './new-block.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MW = path.join(ROOT, 'runtime/cli/mw.mjs');
/** What a block's tests need of the product. */
const PARTS = [
  ...['package.json', 'tsconfig.json', 'vitest.config.ts', 'blocks/sdk', 'blocks/catalogue', 'drizzle/seed/test-server.ts'],
  ...['batch', 'units', 'graph', 'compile', 'step', 'compute', 'log/contract.ts', 'sandbox/limits.ts'].map(
    (name) => `runtime/${name}`,
  ),
];
let tree: string;
const mw = (...args: string[]) => {
  const done = spawnSync(process.execPath, [MW, ...args], {
    encoding: 'utf8',
    cwd: tree,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

beforeAll(async () => {
  tree = await mkdtemp(path.join(tmpdir(), 'mw-block-'));
  for (const part of PARTS) {
    await mkdir(path.dirname(path.join(tree, part)), { recursive: true });
    await cp(path.join(ROOT, part), path.join(tree, part), { recursive: true });
  }
  await symlink(path.join(ROOT, 'node_modules'), path.join(tree, 'node_modules'));
});
afterAll(() => rm(tree, { recursive: true, force: true }));

test('mw block new makes a folder whose tests pass at once', {
  timeout: 120_000,
}, async () => {
  const made = mw('block', 'new', 'series/first-try');
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toContain('blocks/series/first-try/block.ts');
  expect(await readFile(path.join(tree, 'blocks/series/first-try/block.ts'), 'utf8')).toContain("id: 'series.first-try'");
  const tested = mw('block', 'test', 'series/first-try');
  expect(`${tested.out}${tested.err}`).not.toMatch(/lacks|failed/);
  expect(tested.code).toBe(0);
  expect(tested.out).toMatch(/Tests\D*14 passed/);

  await expect(newBlock('series/first-try', tree)).rejects.toThrow('is there already');
});

test('names that cannot be one are refused', async () => {
  for (const name of ['Median', 'series', 'sdk/median', '../series/median'])
    await expect(newBlock(name, tree)).rejects.toThrow('<group>/<name>');
  expect(mw('block', 'test', 'series/none')).toMatchObject({ code: 2, err: expect.stringContaining('mw block new') });
});
