import { expect, test } from 'vitest';
import { rank } from './rank.ts';

test('by hand: 40, 30, 20, 10 of 100', () => {
  expect(rank(['stain', 'scratch', 'burr', 'dent'], [20, 40, 10, 30], 80)).toEqual({
    category: ['scratch', 'dent', 'stain', 'burr'],
    weight: [40, 30, 20, 10],
    share: [40, 30, 20, 10],
    cumulative: [40, 70, 90, 100],
    vital: [true, true, true, false], // 70 % is less than 80 %: the third is needed to reach the cut
  });
});

test('equal categories are summed, ties keep their order', () => {
  const r = rank(['a', 'b', 'a', 'c'], [1, 2, 1, 2], 100);
  expect(r.category).toEqual(['a', 'b', 'c']);
  expect(r.weight).toEqual([2, 2, 2]);
});

test('nothing at all gives no share and no vital few', () => {
  expect(rank(['a'], [0], 80)).toMatchObject({ share: [0], cumulative: [0], vital: [false] });
  expect(rank([], [], 80).category).toEqual([]);
});

test.each([-1, Number.NaN])('a weight of %f is refused with its category', (weight) =>
  expect(() => rank(['dent'], [weight], 80)).toThrow(/dent/),
);
