import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';

testBlock(import.meta.url);

test('a table is stamped with the end of its window and holds the time of every row, in order', async () => {
  const base = Date.UTC(2026, 0, 1);
  const result = await runBlock(import.meta.url, {
    title: '',
    source: '',
    params: { mode: 'time', seconds: 10, lateness: 5 },
    input: [
      { time: 4000, value: 7 },
      { time: 1000, value: 5 },
      { time: 16_000, value: 6 },
    ],
  });
  const [table, ...more] = result.outputs.out ?? [];
  expect(more).toEqual([]);
  expect(table?.time).toBe(base + 10_000);
  expect(Array.from(table?.values.time as ArrayLike<number>)).toEqual([base + 1000, base + 4000]);
  expect(Array.from(table?.values.value as ArrayLike<number>)).toEqual([5, 7]);
});

test('rows beyond the most are left out and the table says so', async () => {
  const result = await runBlock(import.meta.url, {
    title: '',
    source: '',
    params: { mode: 'time', seconds: 10, most: 2 },
    input: [1, 2, 3, 11].map((s) => ({ time: s * 1000, value: s })),
  });
  expect(Array.from(result.outputs.out?.[0]?.values.value as ArrayLike<number>)).toEqual([1, 2]);
  expect(result.outputs.out?.[0]?.quality.value).toBe(0x42); // uncertain:clipped
});
