import { expect, test } from 'vitest';
import { cellText, cellValue, judge } from './code-tests.ts';

test('columns that are named must agree; the others may be anything', () => {
  const one = { in: { value: 212 }, out: { celsius: 100 } };
  expect(judge(one, { out: { celsius: 100, more: 1 } })).toEqual({ passed: true, wrong: {} });
  expect(judge(one, { out: { celsius: 99 } })).toEqual({ passed: false, wrong: { celsius: 99 } });
  expect(judge(one, { out: null })).toEqual({ passed: false, wrong: { celsius: undefined } });
  expect(judge(one, { failure: 'row.x is undefined' })?.failure).toContain('row.x');
  expect(judge(one, undefined)).toBeUndefined();
});

test('0.1 + 0.2 is 0.3 to a person, 0.31 is not', () => {
  expect(judge({ in: {}, out: { y: 0.3 } }, { out: { y: 0.1 + 0.2 } })?.passed).toBe(true);
  expect(judge({ in: {}, out: { y: 0.3 } }, { out: { y: 0.31 } })?.passed).toBe(false);
  expect(judge({ in: {}, out: { y: 0 } }, { out: { y: 1e-12 } })?.passed).toBe(false);
});

test('cells by the type of their column', () => {
  expect(cellValue(' 2.5e3 ', 'number')).toBe(2500);
  expect(cellValue('two', 'number')).toBeUndefined();
  expect(cellValue('false', 'boolean')).toBe(false);
  expect(cellValue('7', 'text')).toBe('7');
  expect(cellValue(' ', 'text')).toBeUndefined();
  expect([cellText(undefined), cellText(0), cellText({ a: 1 })]).toEqual(['', '0', '{"a":1}']);
});
