import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { testCatalogue } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import block from './block.ts';

const title = { en: 'Pressure', zh: '压力' };
const catalogue = testCatalogue([{ manifest: manifestOf(block as unknown as AnyBlock), params: block.params }]);

test('is a source of numbers in the unit of its parameter', async () => {
  const params = { form: 'pressure', title, unit: 'bar', low: 6, high: 8 };
  const compiled = await compileGraph(
    {
      format: 1,
      nodes: [{ id: 'f', block: 'millwright/source.form', version: '1.0.0', params }],
      wires: [],
      outputs: [{ name: 'asked', from: { node: 'f', port: 'out' } }],
    },
    { catalogue },
  );
  expect(compiled.ok && compiled.program.info.sources).toEqual([
    { node: 'f', form: 'pressure', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } } },
  ]);
});

test.each([
  [{ form: 'pressure', title, low: 9, high: 8 }, 'lowest allowed value is above the highest'],
  [{ form: 'Pressure!', title }, 'form'],
  [{ form: 'pressure' }, 'title'],
])('%j is refused: %s', (params, reason) => {
  const parsed = block.params.safeParse(params);
  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
});
