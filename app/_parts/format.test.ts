import { expect, it } from 'vitest';
import { makeFormat } from './format.ts';

it('shows measured values with four digits that matter, in the marks of the locale', () => {
  const en = makeFormat('en');
  expect([78.43219, 6.94, 1480, 12345.678, 0, 0.05123, -2.5, 100, 7].map((value) => en.number(value))).toEqual([
    '78.43',
    '6.940',
    '1,480',
    '12,346',
    '0',
    '0.05123',
    '-2.500',
    '100',
    '7',
  ]);
  expect(en.number(Number.NaN)).toBe('–');
  expect(en.number(3.2e12)).toBe('3.2E12');
});

it('shows what a person chose as it was chosen, and ticks of an axis alike', () => {
  const en = makeFormat('en');
  expect([7, 7.5, 0.05, 1480, 5.55].map((value) => en.exact(value))).toEqual(['7', '7.5', '0.05', '1,480', '5.55']);
  expect([7, 7.03].map((value) => en.fixed(value, 2))).toEqual(['7.00', '7.03']);
});

it('says durations, sizes and bilingual texts in the reader’s language', () => {
  const en = makeFormat('en');
  const zh = makeFormat('zh-CN');
  expect([3_900, 300_000, 7_300_000].map((ms) => en.duration(ms))).toEqual(['3 sec', '5 min', '2 hr']);
  expect(zh.duration(300_000)).toBe('5分钟');
  expect(en.bytes(1_234_567)).toBe('1.2 MB');
  expect(zh.text({ en: 'Header pressure', zh: '总管压力' })).toBe('总管压力');
  expect(zh.text({ en: 'Only English', zh: '' })).toBe('Only English');
  expect(en.text(undefined)).toBe('');
});
