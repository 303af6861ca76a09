import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { testCatalogue } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { readForms } from '#runtime/graph/forms.ts';
import block from './block.ts';

const title = { en: 'Pressure', zh: '压力' };
const catalogue = testCatalogue([{ manifest: manifestOf(block as unknown as AnyBlock), params: block.params }]);
const graph = (params: Record<string, unknown>, version: string) => ({
  format: 1 as const,
  nodes: [{ id: 'f', block: 'millwright/source.form', version, params }],
  wires: [],
  outputs: [{ name: 'asked', from: { node: 'f', port: 'out' } }],
});
const sources = async (...asked: Parameters<typeof graph>) => {
  const compiled = await compileGraph(graph(...asked), { catalogue: asked[1] === '1.0.0' ? await loadCatalogue() : catalogue });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.program.info.sources;
};

test.each(['1.0.0', '1.1.0'])('%s is a source of numbers in the unit of its parameter', async (version) => {
  const params = { form: 'pressure', title, unit: 'bar', low: 6, high: 8 };
  expect(await sources(params, version)).toEqual([
    { node: 'f', form: 'pressure', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } } },
  ]);
});

test('with fields it gives a row of their columns, each of its type and unit', async () => {
  const of = (name: string, kind: string, more: object = {}) => ({ name, kind, title, ...more });
  const fields = [
    of('diameter', 'number', { unit: 'mm', low: 19.9, high: 20.1 }),
    of('note', 'text', { required: false }),
    of('result', 'choice', { options: [{ value: 'pass' }, { value: 'fail', title }] }),
    of('burr', 'boolean'),
    of('due', 'date'),
    of('at', 'date', { clock: true }),
  ];
  expect(await sources({ form: 'inspect', title, fields }, '1.1.0')).toEqual([
    {
      node: 'f',
      form: 'inspect',
      schema: {
        kind: 'stream',
        columns: {
          diameter: { type: 'number', unit: 'mm' },
          note: { type: 'text' },
          result: { type: 'text' },
          burr: { type: 'boolean' },
          due: { type: 'time' },
          at: { type: 'time' },
        },
      },
    },
  ]);
  // what a screen draws of it, limits out of the app's parameters
  const [form] = readForms(
    graphDocument.parse({
      ...graph({ form: 'inspect', title, fields: [{ ...fields[0], high: { $parameter: 'most' } }, ...fields.slice(1)] }, '1.1.0'),
      parameters: [{ key: 'most', title, type: 'number', default: 20.2 }],
    }),
  );
  expect(form).toMatchObject({ name: 'inspect', several: true, fields: { length: 6 } });
  expect(form?.fields[0]).toMatchObject({ kind: 'number', unit: 'mm', low: 19.9, high: 20.2, required: true });
  expect(form?.fields[1]).toMatchObject({ kind: 'text', required: false, most: 200 });
  expect(form?.fields[2]?.options).toEqual([
    { value: 'pass', title: null },
    { value: 'fail', title },
  ]);
});

test.each([
  [{ form: 'pressure', title, low: 9, high: 8 }, 'lowest allowed value is above the highest'],
  [{ form: 'Pressure!', title }, 'form'],
  [{ form: 'pressure' }, 'title'],
  [{ form: 'a', title, fields: [{ kind: 'number', name: 'x', title, low: 2, high: 1 }] }, 'lowest allowed value is above'],
  [
    {
      form: 'a',
      title,
      fields: [
        { kind: 'text', name: 'x', title },
        { kind: 'date', name: 'x', title },
      ],
    },
    'same column',
  ],
  [{ form: 'a', title, fields: [{ kind: 'text', name: 'time', title }] }, 'give another name'],
  [{ form: 'a', title, fields: [{ kind: 'choice', name: 'x', title, options: [] }] }, 'options'],
  [{ form: 'a', title, fields: [{ kind: 'choice', name: 'x', title, options: [{ value: 'a' }, { value: 'a' }] }] }, 'same value'],
  [{ form: 'a', title, fields: [{ kind: 'colour', name: 'x', title }] }, 'kind'],
  [{ form: 'a', title, low: 1, fields: [{ kind: 'text', name: 'x', title }] }, 'unit and range in them'],
])('%j is refused: %s', (params, reason) => {
  const parsed = block.params.safeParse(params);
  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
});
