import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvText } from './csv-text.ts';

test('read back by another reader as it was', () => {
  const rows = [
    ['甲, "乙"', 1.25, true],
    ['two\nlines', -3e-9, null],
  ];
  const read = parse(csvText(['name', 'value', 'on'], rows), { bom: true }) as string[][];
  expect(read).toEqual([
    ['name', 'value', 'on'],
    ['甲, "乙"', '1.25', 'true'],
    ['two\nlines', '-3e-9', ''],
  ]);
});

test('a text is never a formula, a negative number stays one', () => {
  expect(csvText(['x'], [['=1+1'], ['@cmd'], [-5]])).toBe("\uFEFFx\r\n'=1+1\r\n'@cmd\r\n-5\r\n");
});
