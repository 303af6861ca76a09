import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quality } from './quality.ts';
import { AGGREGATES, stretchOf } from './stretch.ts';

const samples = (rows: readonly (readonly [time: number, value: number, code?: number])[]) => ({
  n: rows.length,
  time: rows.map(([time]) => time),
  value: rows.map(([, value]) => value),
  quality: rows.map(([, , code]) => code ?? 0),
});
const rows = samples([
  [0, 1],
  [10, 2],
  [20, 4, quality('bad', 'link')],
  [30, 8, quality('uncertain', 'stale')],
  [40, Number.NaN],
  [99, 16],
  [100, 32],
]);

test('the values themselves: bad ones are left out and counted, the end is not in', () => {
  expect(stretchOf(rows, { from: 10, to: 100, aggregate: 'none', points: 3 })).toEqual({
    time: [10, 30, 99],
    value: [2, 8, 16],
    left: 2,
    uncertain: true,
  });
  expect(stretchOf(rows, { from: 10, to: 100, aggregate: 'none', points: 2 })).toBeUndefined();
});

test.each([
  ['mean', [1.5, 8, 16]],
  ['min', [1, 8, 16]],
  ['max', [2, 8, 16]],
  ['first', [1, 8, 16]],
  ['last', [2, 8, 16]],
  ['sum', [3, 8, 16]],
] as const)('%s of equal parts; a part without a usable value is left out', (aggregate, value) => {
  expect(stretchOf(rows, { from: 0, to: 100, aggregate, points: 4 })).toMatchObject({ time: [0, 25, 75], value });
});

test('a part that is empty counts nothing', () => {
  expect(stretchOf(rows, { from: 0, to: 100, aggregate: 'count', points: 4 }, 1.8, 32)).toMatchObject({
    time: [0, 25, 50, 75],
    value: [2, 1, 0, 1],
  });
});

test('units are converted: 0 and 100 °C are 32 and 212 °F', () => {
  const cel = samples([
    [0, 0],
    [1, 100],
  ]);
  expect(stretchOf(cel, { from: 0, to: 2, aggregate: 'none', points: 2 }, 1.8, 32)?.value).toEqual([32, 212]);
  expect(stretchOf(cel, { from: 0, to: 2, aggregate: 'mean', points: 1 }, 1.8, 32)?.value).toEqual([122]);
});

test('a sum keeps the digits that a plain one loses', () => {
  const s = samples([1, 1e100, 1, -1e100].map((value, i) => [i, value] as const)); // Neumaier's own example
  expect(stretchOf(s, { from: 0, to: 4, aggregate: 'sum', points: 1 })?.value).toEqual([2]);
});

test('every usable value is in exactly one part', () => {
  const one = fc.record({ gap: fc.integer({ min: 0, max: 50 }), value: fc.integer({ min: -9, max: 9 }), bad: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(one),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(...AGGREGATES.slice(1)),
      (list, points, aggregate) => {
        let time = 0;
        const s = samples(
          list.map(({ gap, value, bad }) => {
            time += gap;
            return [time, value, bad ? 0x80 : 0] as const;
          }),
        );
        const wish = { from: 20, to: 500, points };
        const inside = (s.time as number[]).flatMap((t, i) => (t >= 20 && t < 500 ? [i] : []));
        const usable = inside.filter((i) => (s.quality[i] ?? 0) === 0);
        const counted = stretchOf(s, { ...wish, aggregate: 'count' });
        expect(counted?.value.reduce((a, b) => a + b, 0)).toBe(usable.length);
        expect(counted?.left).toBe(inside.length - usable.length);
        const given = stretchOf(s, { ...wish, aggregate });
        expect(aggregate === 'count' ? given?.value.filter((n) => n > 0).length : given?.value.length).toBe(
          counted?.value.filter((n) => n > 0).length,
        );
        expect(stretchOf(s, { ...wish, aggregate: 'sum' })?.value.reduce((a, b) => a + b, 0)).toBe(
          usable.reduce((a, i) => a + (s.value[i] as number), 0),
        );
      },
    ),
  );
});
