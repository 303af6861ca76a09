import { describe, expect, test } from 'vitest';
import { runBlock } from '#blocks/sdk/testing.ts';
import lottery from './lottery.testing.json' with { type: 'json' };
import { addInOrder, type Buffer, dropUntil, statisticsSince } from './sliding.ts';
import { earliestEnd, openWindow, putWindow, SLOT_CELLS, type Statistics, takeWindow } from './tumbling.ts';

/** Statistics of the values by both ways of computing them. */
const ways: Record<string, (values: readonly number[]) => Promise<Statistics | undefined>> = {
  async tumbling(values) {
    // the test's clock begins 600 s into a window of 1,000 s; the last row closes the window of the others
    const rows = values.map((value, i) => ({ time: 400_000 + i, value }));
    const input = [...rows, { time: 1_400_000, value: 0 }];
    const { outputs } = await runBlock(import.meta.url, { title: '', source: '', params: { seconds: 1000 }, input });
    return outputs.out?.[0]?.values as unknown as Statistics | undefined;
  },
  async sliding(values) {
    const buffer: Buffer = { t: [], v: [], q: [] };
    values.forEach((value, i) => {
      addInOrder(buffer, i, value, 0, 100_000);
    });
    return statisticsSince(buffer, -1);
  },
};
/** Digits that agree with the certified value (log relative error). */
const digits = (computed: number, certified: number) =>
  computed === certified ? 15 : -Math.log10(Math.abs(computed - certified) / Math.abs(certified));

describe.each(Object.keys(ways))('%s: certified values of NIST StRD', (way) => {
  const statistics = async (values: readonly number[]) => {
    const found = await ways[way]?.(values);
    if (!found) throw new Error('no window');
    return found;
  };
  test('Lottery, 218 values', async () => {
    const s = await statistics(lottery.values);
    expect(s.count).toBe(218);
    expect(digits(s.mean, 518.95871559633)).toBeGreaterThanOrEqual(13);
    expect(digits(s.sd, 291.699727470969)).toBeGreaterThanOrEqual(13);
    expect(s).toMatchObject({ min: 4, max: 999 });
  });
  test('NumAcc1: 10000001, 10000003, 10000002', async () => {
    const s = await statistics([10000001, 10000003, 10000002]);
    expect(s).toMatchObject({ mean: 10000002, sd: 1 });
  });
  test('NumAcc3: 1000000.2, then 1000000.1 and 1000000.3 in turn, tests cancellation', async () => {
    const s = await statistics(Array.from({ length: 1001 }, (_, i) => (i === 0 ? 1000000.2 : i % 2 ? 1000000.1 : 1000000.3)));
    expect(digits(s.mean, 1000000.2)).toBeGreaterThanOrEqual(13);
    expect(digits(s.sd, 0.1)).toBeGreaterThanOrEqual(9); // NIST's inputs themselves are binary fractions near 1e6
  });
});

describe('tumbling windows', () => {
  test('are taken in the order of time, only when their end has passed, once', () => {
    const slots = new Float64Array(SLOT_CELLS);
    putWindow(slots, { start: 1000, count: 1, mean: 5, squares: 0, least: 5, most: 5, worst: 0 });
    putWindow(slots, { start: 0, count: 2, mean: 2, squares: 2, least: 1, most: 3, worst: 0x41 });
    expect(earliestEnd(slots, 1000)).toBe(1000);
    expect(takeWindow(slots, 999, 1000)).toBeUndefined();
    expect(takeWindow(slots, 2000, 1000)).toMatchObject({ start: 0, mean: 2, count: 2, quality: 0x41 });
    expect(takeWindow(slots, 2000, 1000)).toMatchObject({ start: 1000, mean: 5, sd: 0, count: 1, quality: 0 });
    expect(takeWindow(slots, 2000, 1000)).toBeUndefined();
  });
  test('more than eight open windows are refused with what to do', () => {
    const slots = new Float64Array(SLOT_CELLS);
    const at = (start: number) => ({ ...openWindow(slots, start, 1), count: 1 });
    for (let i = 0; i < 8; i++) putWindow(slots, at(i));
    expect(() => putWindow(slots, at(8))).toThrow(/shorten the lateness/);
    expect(openWindow(slots, 3, 7)).toMatchObject({ start: 3, count: 1, least: 1 });
    expect(() => putWindow(slots, at(8))).not.toThrow();
  });
});

describe('sliding buffer', () => {
  test('keeps the order of time, equal times in the order of arrival', () => {
    const buffer: Buffer = { t: [], v: [], q: [] };
    for (const [t, v] of [
      [10, 1],
      [30, 3],
      [20, 2],
      [30, 4],
    ] as const)
      addInOrder(buffer, t, v, 0, 10);
    expect(buffer.v).toEqual([1, 2, 3, 4]);
    dropUntil(buffer, 20);
    expect(buffer.t).toEqual([30, 30]);
  });
  test('drops the oldest when full, and says so', () => {
    const buffer: Buffer = { t: [], v: [], q: [] };
    expect(addInOrder(buffer, 1, 1, 0, 2)).toBe(false);
    expect(addInOrder(buffer, 2, 2, 0, 2)).toBe(false);
    expect(addInOrder(buffer, 3, 3, 0, 2)).toBe(true);
    expect(buffer.v).toEqual([2, 3]);
  });
});
