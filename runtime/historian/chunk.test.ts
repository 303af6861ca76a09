import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeChunk, encodeChunk } from './chunk.ts';
import { ByteReader, ByteWriter, decodeNumbers, encodeNumbers } from './numbers.ts';
import type { OtherValue, Samples } from './samples.ts';

const bits = (v: Float64Array) => Array.from(new BigUint64Array(v.buffer, v.byteOffset, v.length));
const roundTrip = (v: Float64Array) => {
  const out = new ByteWriter();
  encodeNumbers(out, v);
  return decodeNumbers(new ByteReader(out.done().slice()), v.length);
};

describe('numbers give every bit back', () => {
  const shapes: Record<string, fc.Arbitrary<number[]>> = {
    'any double, NaN, infinities and -0': fc.array(fc.double(), { maxLength: 300 }),
    decimals: fc.array(
      fc.integer({ min: -1e7, max: 1e7 }).map((x) => x / 1000),
      { maxLength: 300 },
    ),
    'a REAL of a PLC': fc.array(
      fc.integer({ min: -9999, max: 9999 }).map((x) => Math.fround(x / 10)),
      { maxLength: 300 },
    ),
    'any float32, and binary fractions': fc.array(
      fc.oneof(
        fc.float({ noNaN: true }),
        fc.tuple(fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), fc.nat(45)).map(([m, e]) => m / 2 ** e),
      ),
      { maxLength: 300 },
    ),
    'regular times': fc
      .tuple(fc.nat(2 ** 40), fc.nat(5000), fc.nat(300))
      .map(([a, b, n]) => Array.from({ length: n }, (_, i) => a + b * i)),
    'times with jitter, some far apart': fc.array(fc.oneof(fc.nat(20), fc.nat(2 ** 45)), { maxLength: 300 }),
    'whole numbers beyond 2^53': fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n).map(Number), { maxLength: 100 }),
    'one value, also NaN': fc.tuple(fc.double(), fc.nat(50)).map(([x, n]) => new Array<number>(n).fill(x)),
    'switching between zero and minus zero': fc.array(fc.constantFrom(0, -0, 1, Number.NaN), { maxLength: 50 }),
  };
  for (const [name, shape] of Object.entries(shapes))
    it(name, () => {
      fc.assert(
        fc.property(shape, (v) => {
          expect(bits(roundTrip(Float64Array.from(v)))).toEqual(bits(Float64Array.from(v)));
        }),
      );
    });

  it('a NaN that carries a payload', () => {
    const v = new Float64Array(2);
    new BigUint64Array(v.buffer).set([0x7ff8dead_beef0001n, 0x7ff8dead_beef0001n]);
    expect(bits(roundTrip(v))).toEqual([0x7ff8dead_beef0001n, 0x7ff8dead_beef0001n]);
  });
});

it('a noisy REAL of a PLC costs about its noise: two bytes a sample, not the seven of its double', () => {
  // 60 kW ± 0.1 in float32: the noise is 2^15 steps of 2^-18.
  let seed = 1;
  const noise = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  const v = Float64Array.from({ length: 3600 }, () => Math.fround(60 + 0.2 * noise()));
  const out = new ByteWriter();
  encodeNumbers(out, v);
  expect(out.done().length / v.length).toBeLessThan(3.1);
  expect(roundTrip(v)).toEqual(v);
});

describe('a chunk', () => {
  const other: fc.Arbitrary<OtherValue> = fc.oneof(
    fc.string().map((text) => ({ text })),
    fc.constant({ wave: { t0: 1.5, rate: 48000, n: 48000, blob: 'ab'.repeat(32) } }),
    fc.array(fc.double()).map((x) => ({ frame: { amplitude: Float64Array.from(x), label: x.map(String) } })),
  );
  const sample = fc.record({
    time: fc.oneof(fc.nat(1e6), fc.double({ min: 0, max: 2e12, noNaN: true })),
    lag: fc.nat(2000),
    seq: fc.nat(1e9),
    value: fc.double(),
    quality: fc.constantFrom(0, 0x41, 0x86),
    origin: fc.nat(4),
    other: fc.option(other, { freq: 8 }),
  });
  it('keeps time, arrival, sequence, value, quality, origin and other values', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 120 }), (rows) => {
        const s: Samples = {
          n: rows.length,
          time: Float64Array.from(rows, (r) => r.time),
          at: Float64Array.from(rows, (r) => r.time + r.lag),
          seq: Float64Array.from(rows, (r) => r.seq),
          value: Float64Array.from(rows, (r) => r.value),
          quality: Uint8Array.from(rows, (r) => r.quality),
          origin: Uint8Array.from(rows, (r) => r.origin),
          other: new Map(rows.flatMap((r, i) => (r.other ? [[i, r.other] as const] : []))),
        };
        const back = decodeChunk(encodeChunk(s).slice());
        for (const column of ['time', 'at', 'seq', 'value'] as const) expect(bits(back[column])).toEqual(bits(s[column]));
        expect(back.quality).toEqual(s.quality);
        expect(back.origin).toEqual(s.origin);
        expect(back.other).toEqual(s.other);
      }),
    );
  });

  it('refuses bytes of another form and a cut body', () => {
    const s = encodeChunk({
      n: 2,
      time: Float64Array.of(1, 2),
      at: Float64Array.of(1, 2),
      seq: Float64Array.of(1, 2),
      value: Float64Array.of(0.1, 0.7),
      quality: new Uint8Array(2),
      origin: new Uint8Array(2),
      other: new Map(),
    }).slice();
    expect(() => decodeChunk(Uint8Array.of(9, ...s.subarray(1)))).toThrow(/unknown chunk form 9/);
    expect(() => decodeChunk(s.subarray(0, s.length - 4))).toThrow();
  });
});
