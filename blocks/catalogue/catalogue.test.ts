import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blockCatalogue } from './browser.ts';
import { BROWSER, blockFiles, RUNTIME } from './generate-blocks.ts';
import { loadCatalogue } from './runtime.ts';

test('the generated lists are fresh: npm run catalogue', async () => {
  const files = await blockFiles();
  // released versions stay as they were released
  expect(files.changed).toEqual([]);
  expect(readFileSync(BROWSER, 'utf8')).toBe(files.browser);
  expect(readFileSync(RUNTIME, 'utf8')).toBe(files.runtime);
}, 60_000);

test('every block speaks both languages, is plain data, and has code', () => {
  const catalogue = loadCatalogue();
  for (const id of blockCatalogue().ids()) {
    const [version = ''] = catalogue.versions(id);
    const manifest = catalogue.block(id, version)?.manifest;
    expect(manifest, id).toBeDefined();
    if (!manifest) continue;
    expect(JSON.parse(JSON.stringify(manifest)), id).toEqual(manifest);
    for (const words of [manifest.title, manifest.summary]) {
      expect(words.en.trim(), id).not.toBe('');
      expect(words.zh, id).toMatch(/[\u4e00-\u9fff]|^[A-Z]/);
    }
    if (manifest.shape !== 'source') expect(catalogue.source(id, version)?.text, id).toContain('defineBlock');
  }
});
