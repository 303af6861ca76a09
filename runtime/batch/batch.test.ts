import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classOf, isBad, isGood, parseQuality, quality, qualityText, SUB_CODES, subCodeOf, worst } from './quality.ts';
import { leastReal, ORIGINS } from './schema.ts';
import { Dictionary, encodeText, textAt } from './text.ts';

describe('quality in one byte', () => {
  const classes = ['good', 'uncertain', 'bad'] as const;
  const all = classes.flatMap((cls) => SUB_CODES.map((sub) => ({ cls, sub, code: quality(cls, sub) })));
  test('class and sub-code come back, and so does the text', () => {
    expect(new Set(all.map((q) => q.code)).size).toBe(all.length);
    for (const { cls, sub, code } of all) {
      expect([classOf(code), subCodeOf(code), code < 256]).toEqual([cls, sub, true]);
      expect(parseQuality(qualityText(code))).toBe(code);
      expect([isGood(code), isBad(code)]).toEqual([cls === 'good', cls === 'bad']);
    }
    for (const text of ['', 'fine', 'bad:unknown', 'bad:']) expect(parseQuality(text)).toBeUndefined();
  });
  test('the worse class wins, whatever the sub-codes', () => {
    for (const a of all)
      for (const b of all) {
        const want = Math.max(classes.indexOf(a.cls), classes.indexOf(b.cls));
        expect(classes.indexOf(classOf(worst(a.code, b.code)))).toBe(want);
      }
  });
});

test('what is computed from several origins is as real as the least real', () => {
  for (const a of ORIGINS) {
    expect(leastReal(a, a)).toBe(a);
    for (const b of ORIGINS) expect(leastReal(a, b)).toBe(leastReal(b, a));
  }
  expect(leastReal('measured', 'simulated')).toBe('simulated');
  expect(leastReal('manual', 'derived')).toBe('manual');
});

test('text by dictionary: every word once, every value back', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('', '甲', 'pump 1', 'pump 2', '__proto__', '\ud83d\ude00')), (values) => {
      const text = encodeText(values);
      expect(text.words).toHaveLength(new Set(values).size);
      expect(values.map((_, i) => textAt(text, i))).toEqual(values);
    }),
  );
  const dictionary = new Dictionary();
  expect([dictionary.code('a'), dictionary.code('b'), dictionary.code('a')]).toEqual([0, 1, 0]);
  expect(textAt(encodeText(['x']), 5)).toBe('');
});
