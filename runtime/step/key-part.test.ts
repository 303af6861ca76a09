import { expect, test } from 'vitest';
import { keyPart } from './key-part.ts';

/** FNV-1a (Fowler, Noll, Vo) and the finalizer of MurmurHash3 (Appleby), written here once more over arbitrary integers. */
function reference(key: string): bigint {
  let h = 0x811c9dc5n;
  for (const byte of Buffer.from(key, 'utf16le')) h = ((h ^ BigInt(byte)) * 0x01000193n) & 0xffff_ffffn;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & 0xffff_ffffn;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & 0xffff_ffffn;
  return h ^ (h >> 16n);
}

test('a key is in the part that its hash says, for ever', () => {
  for (const key of ['', 'C-101', 'M-205', '空压机 3#', 'a'.repeat(500)])
    for (const parts of [2, 3, 5, 32]) expect(keyPart(key, parts)).toBe(Number(reference(key) % BigInt(parts)));
  expect(keyPart('C-101', 1)).toBe(0);
});

test('keys that differ in a number alone are spread evenly', () => {
  const counts = new Array<number>(4).fill(0);
  for (let i = 0; i < 4_000; i++) counts[keyPart(`M-${i}`, 4)] = (counts[keyPart(`M-${i}`, 4)] ?? 0) + 1;
  // chi-square of three degrees of freedom: 16.3 is passed once in a thousand
  expect(counts.reduce((sum, n) => sum + (n - 1_000) ** 2 / 1_000, 0)).toBeLessThan(16.3);
});
