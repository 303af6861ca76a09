import { describe, expect, it } from 'vitest';
import { blockTypes, typedSource } from './block-types.ts';

describe('blockTypes', () => {
  it('declares the columns that are on the wire and those that are promised', () => {
    const text = blockTypes({ kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, 'a-b': { type: 'text' } } }, [
      { name: 'ratio', type: 'number', unit: '%' },
    ]);
    expect(text).toContain('/** bar */ readonly value: number;');
    expect(text).toContain('readonly "a-b": string;');
    expect(text).toContain('/** % */ ratio?: number;');
  });
});

describe('typedSource', () => {
  it('gives parameters their types without moving a line', () => {
    const source = 'const k = 2;\nexport default function (row, state, ctx) {\n  return { value: row.value };\n}\n';
    const typed = typedSource(source);
    expect(typed).toContain('export default function (row: Row, state: State, ctx: Context): Out | undefined | void {');
    expect(typed.split('\n')).toHaveLength(source.split('\n').length);
  });
  it('leaves types alone that the user wrote', () => {
    const source = 'export default function (row: Row) { return { value: 1 }; }';
    expect(typedSource(source)).toBe(source);
  });
});
