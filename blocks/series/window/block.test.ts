import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

test('tumbling: a lateness beyond six windows is refused', () => {
  const parsed = block.params.safeParse({ seconds: 10, lateness: 61 });
  expect(JSON.stringify(parsed.error?.issues)).toContain('longer than six windows');
  expect(block.params.safeParse({ mode: 'sliding', seconds: 10, lateness: 61 }).success).toBe(true);
});

test('sliding: more values than may be kept make the result uncertain:clipped', async () => {
  const result = await runBlock(import.meta.url, {
    title: '',
    source: '',
    params: { mode: 'sliding', seconds: 100, most: 3 },
    input: [1, 2, 3, 4].map((value) => ({ time: value * 1000, value })),
  });
  expect(result.outputs.out?.map((row) => [row.values.count, row.quality.mean])).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
    [3, 0x42],
  ]);
});

// the test's clock begins 600 s into a window of 1,000 s
test('1,000 s of a sine over whole periods: mean 0, deviation A/√2, extremes ±A', async () => {
  const input = Array.from({ length: 1001 }, (_, i) => ({
    time: 400_000 + i * 1000,
    value: 5 * Math.sin((2 * Math.PI * i) / 100),
  }));
  const result = await runBlock(import.meta.url, { title: '', source: '', params: { seconds: 1000 }, input });
  const [first] = result.outputs.out ?? [];
  expect(first?.values.mean).toBeCloseTo(0, 12);
  expect(first?.values.sd).toBeCloseTo((5 / Math.SQRT2) * Math.sqrt(1000 / 999), 12);
  expect(first?.values).toMatchObject({ min: -5, max: 5, count: 1000 });
});
