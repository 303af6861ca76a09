import { describe, expect, it } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import confirm from '#blocks/control/confirm/block.ts';
import ewma from '#blocks/quality/ewma/block.ts';
import tag from '#blocks/source/tag/block.ts';
import code from '#blocks/transform/code/block.ts';
import expr from '#blocks/transform/expr/block.ts';
import { fieldKind, starterItem, starterParams } from './starter.ts';

const kinds = (block: Parameters<typeof manifestOf>[0]) =>
  Object.fromEntries(
    Object.entries(manifestOf(block).params.properties ?? {}).map(([name, schema]) => [name, fieldKind(schema)]),
  );

describe('fieldKind', () => {
  it('finds the editor of every parameter of real blocks', () => {
    expect(kinds(code)).toEqual({ code: 'code', outputs: 'columns' });
    expect(kinds(expr)).toEqual({ expression: 'expression', unit: 'unit', maxAge: 'number' });
    expect(kinds(tag)).toEqual({ role: 'role' });
    expect(kinds(confirm)).toMatchObject({ text: 'bilingual', timeout: 'number' });
    expect(kinds(ewma)).toMatchObject({ lambda: 'number', limits: 'enum' });
  });
  it('nobody need write JSON: lists, objects and choices have fields of their own in every block', () => {
    const catalogue = loadCatalogue();
    const left = catalogue.ids().flatMap((id) => {
      const block = catalogue.block(id, catalogue.versions(id)[0] ?? '');
      return Object.entries(block?.manifest.params.properties ?? {}).flatMap(([name, schema]) =>
        fieldKind(schema) === 'json' ? [`${id} ${name}`] : [],
      );
    });
    expect(left).toEqual([]);
  });
  it('a fresh item of a list is one that its block can read, but for what a person must enter', () => {
    expect(
      starterItem({
        type: 'object',
        required: ['name', 'low', 'on'],
        properties: { name: { type: 'string' }, low: { type: 'number' }, on: { type: 'boolean', default: true } },
      }),
    ).toEqual({ name: '', low: 0 });
    expect(
      starterItem({
        oneOf: [{ type: 'object', required: ['kind', 'at'], properties: { kind: { const: 'range' }, at: { type: 'array' } } }],
      }),
    ).toEqual({ kind: 'range', at: [] });
    expect(starterItem({ type: 'string', enum: ['b', 'a'] })).toBe('b');
  });
  it('starts a code block with code that runs', () => {
    const { code: text, outputs } = starterParams(manifestOf(code));
    expect(text).toContain('export default function (row, state, ctx)');
    expect(outputs).toEqual([{ name: 'value', type: 'number', unit: '1' }]);
    expect(starterParams(manifestOf(tag))).toEqual({});
  });
});
