import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { closure, index } from './closure.ts';

testBlock(import.meta.url);

const all = { directions: ['backward'], depth: 50, inTime: true, most: 1000 } as const;

test('what was added to a tank after the lot had left is no part of the lot', () => {
  const links = index(['seed', 'tank', 'late'], ['tank', 'fill', 'tank'], undefined, [10, 20, 30], undefined, true, 0);
  expect(closure(links, 'fill', all).found.id).toEqual(['fill', 'tank', 'seed']);
  expect(closure(links, 'fill', { ...all, inTime: false }).found.id).toEqual(['fill', 'tank', 'seed', 'late']);
});

test('a way that is longer and leaves more time is followed, too', () => {
  // to B directly at 30, and by way of C at 10; B gave to D at 20
  const links = index(['A', 'A', 'C', 'B'], ['B', 'C', 'B', 'D'], undefined, [30, 5, 10, 20], undefined, true, 0);
  const { found } = closure(links, 'A', { ...all, directions: ['forward'] });
  expect(found.id).toEqual(['A', 'B', 'C', 'D']);
});

test('a chain of 2,000 lots', () => {
  const lots = Array.from({ length: 2001 }, (_, i) => `lot-${i}`);
  const links = index(lots.slice(0, -1), lots.slice(1), undefined, undefined, undefined, true, 0);
  const { found, clipped } = closure(links, 'lot-0', { directions: ['forward'], depth: 5000, inTime: true, most: 5000 });
  expect([found.id.length, clipped, found.depth.at(-1)]).toEqual([2001, false, 2000]);
});
