import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { testCatalogue } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import block from './block.ts';

const manifest = manifestOf(block as unknown as AnyBlock);
const catalogue = testCatalogue([{ manifest, params: block.params }]);
const graph = (role: string) => ({
  format: 1 as const,
  nodes: [{ id: 'p', block: 'millwright/source.tag', version: '1.0.0', params: { role } }],
  wires: [],
  roles: [{ name: 'pressure', title: { en: 'Header pressure', zh: '总管压力' }, unit: 'bar' }],
  outputs: [{ name: 'pressure', from: { node: 'p', port: 'out' } }],
});

test('gives the role’s type and unit', async () => {
  const compiled = await compileGraph(graph('pressure'), { catalogue });
  expect(compiled.ok && compiled.program.info.sources).toEqual([
    { node: 'p', role: 'pressure', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } } },
  ]);
  expect(compiled.ok && compiled.program.info.capabilities).toEqual(['tag.read']);
});

test('an unknown role is refused with the roles there are', async () => {
  const compiled = await compileGraph(graph('flow'), { catalogue });
  expect(compiled.ok).toBe(false);
  if (!compiled.ok) expect(compiled.problems[0]).toMatchObject({ node: 'p', severity: 'error' });
});
