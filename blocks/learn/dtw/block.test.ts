import { expect, test } from 'vitest';
import { mulberry32 } from '#blocks/sdk/random.ts';
import { testBlock } from '#blocks/sdk/testing.ts';
import { warp } from './warp.ts';

testBlock(import.meta.url);

test('the least of all paths, tried one by one', () => {
  const u = mulberry32(7);
  for (let round = 0; round < 60; round++) {
    const a = Array.from({ length: 1 + Math.floor(u() * 6) }, () => Math.round(u() * 20));
    const b = Array.from({ length: 1 + Math.floor(u() * 6) }, () => Math.round(u() * 20));
    const all = (i: number, j: number): number => {
      const here = Math.abs((a[i] as number) - (b[j] as number));
      if (i === 0 && j === 0) return here;
      return here + Math.min(...[i && j ? all(i - 1, j - 1) : 1e9, i ? all(i - 1, j) : 1e9, j ? all(i, j - 1) : 1e9]);
    };
    expect(warp(a, b, 1, 1).distance).toBe(all(a.length - 1, b.length - 1));
  }
});
