import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeValue, encodeValue } from './value-codec.ts';

test('any plain value comes back exactly', () => {
  const value = fc.anything({ withBigInt: true, withTypedArray: false, withNullPrototype: false, withMap: true, withSet: true });
  fc.assert(
    fc.property(value, (v) => {
      expect(decodeValue(encodeValue(v))).toStrictEqual(v);
    }),
    { numRuns: 500 },
  );
});

test('what JSON loses survives', () => {
  const v = {
    nan: Number.NaN,
    minusZero: -0,
    absent: undefined,
    huge: 2 ** 53 - 1,
    surrogate: '\ud800x',
    bom: '\ufeffa',
    words: ['甲', '乙', '甲', '甲'],
    f: Float64Array.of(Number.NaN, -0, Infinity),
    ['__proto__']: 1,
  };
  const back = decodeValue(encodeValue(v)) as typeof v;
  expect(back).toStrictEqual(v);
  expect(Object.is(back.minusZero, -0)).toBe(true);
  expect(Object.is(back.f[1], -0)).toBe(true);
});

test('views of a larger buffer store their own part only', () => {
  const part = new Float64Array(1000).subarray(3, 5);
  expect(encodeValue(part).length).toBeLessThan(32);
});

test('cut or foreign bytes are refused by name', () => {
  const b = encodeValue({ a: 'text' });
  expect(() => decodeValue(b.subarray(0, b.length - 1))).toThrow(/cut short/);
  expect(() => decodeValue(Uint8Array.of(200))).toThrow(/unknown tag 200/);
});
