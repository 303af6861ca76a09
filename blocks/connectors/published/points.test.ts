import { expect, test } from 'vitest';
import { parsePoints } from './points.ts';

const parse = (text: string) =>
  /^\d+$/.test(text)
    ? ({ ok: true, address: Number(text) } as const)
    : ({ ok: false, code: 'address.form', message: { en: `“${text}” is no number.`, zh: `“${text}”不是数字。` } } as const);

test('one point a line; names may hold “=” and spaces', () => {
  expect(parsePoints('# registers\n1 = Air Pressure\n\n 2=@C-101/energy.specific\n3 = a=b', parse)).toEqual([
    { address: 1, text: '1', name: 'Air Pressure' },
    { address: 2, text: '2', name: '@C-101/energy.specific' },
    { address: 3, text: '3', name: 'a=b' },
  ]);
});

test('says which line is none, and why, in both languages', () => {
  const failure = (text: string) => {
    try {
      parsePoints(text, parse);
    } catch (error) {
      return (error as { text: { en: string; zh: string } }).text;
    }
    throw new Error('was taken');
  };
  expect(failure('1 = a\nb')).toMatchObject({ en: expect.stringContaining('line 2'), zh: expect.stringContaining('第 2 行') });
  expect(failure('x = a').en).toContain('“x” is no number');
  expect(failure('1 = a\n1 = b').en).toContain('on line 1 already');
  expect(failure('1 =').en).toContain('address = name');
});
