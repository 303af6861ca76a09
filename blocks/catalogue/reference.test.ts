import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { lackingWords } from '#blocks/sdk/requirements.testing.ts';
import { blockFolders } from './block-folders.ts';
import { CONNECTORS } from './connectors.generated.ts';
import { manifestOf } from './manifest.ts';
import { PAGES } from './reference.generated.ts';
import { sectionsOf } from './reference.ts';

const docs = new URL('../../docs/', import.meta.url);

test('every block and connector has its page in both languages', () => {
  for (const name of blockFolders()) {
    const id = name.replace('/', '.');
    for (const file of [`${id}.md`, `${id}.zh.md`])
      expect(existsSync(new URL(`blocks/${file}`, docs)), `docs/blocks/${file}`).toBe(true);
    expect(PAGES[`millwright/${id}`]).toBeDefined();
  }
  for (const { id } of CONNECTORS)
    for (const file of [`${id}.md`, `${id}.zh.md`])
      expect(existsSync(new URL(`connectors/${file}`, docs)), `docs/connectors/${file}`).toBe(true);
});

test('every block is described in both languages, also those that the host feeds and no case runs', {
  timeout: 60_000,
}, async () => {
  for (const name of blockFolders()) {
    const folder = fileURLToPath(new URL(`../${name}/`, import.meta.url));
    const { default: block } = (await import(`${folder}block.ts`)) as { default: AnyBlock };
    expect(lackingWords(folder, manifestOf(block)), name).toEqual([]);
    if (!block.source) expect(readFileSync(`${folder}block.test.ts`, 'utf8'), name).toMatch(/^testBlock\(import\.meta\.url/m);
  }
});

test('a page says formula, parameters with units, ports, permissions, source, example and what it was checked against', () => {
  const page = readFileSync(new URL('blocks/optimize.jobshop.md', docs), 'utf8');
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
    ...['Formula', 'Parameters', 'Ports', 'Behaviour', 'Limits', 'Source', 'Worked example', 'Checked against'],
  ]);
  expect(page).toMatch(/\| `frozen` \| Frozen zone\. .* \| min \| ≥ 0 \| 0 \|/);
  expect(page).toMatch(/\| in `operations` \(table\) \| `duration` \| Working time \| number \| min \|/);
  expect(page).toContain('`compute.heavy` (Use processor time for long calculations, within a limit)');
  expect(page).toContain('Fisher & Thompson 1963');
  const chinese = readFileSync(new URL('blocks/optimize.jobshop.zh.md', docs), 'utf8');
  expect([...chinese.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
    ...['公式', '参数', '端口', '行为', '适用范围', '来源', '算例', '验证依据'],
  ]);
});

test('sections of a README by their headings', () => {
  expect(sectionsOf('# a\n\nline\n\n## Formula\n\ny = x\n\n## Limits\n\nnone\n')).toEqual({ formula: 'y = x', limits: 'none' });
  expect(sectionsOf('# a\n\n## 公式\n\ny = x\n')).toEqual({ formula: 'y = x' });
});
