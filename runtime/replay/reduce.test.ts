import { describe, expect, it } from 'vitest';
import { SeriesReducer } from './reduce.ts';

describe('SeriesReducer', () => {
  it('keeps few values as they are', () => {
    const reducer = new SeriesReducer(0, 10, 5);
    for (const at of [0, 3, 9]) reducer.add(at, at * at);
    expect(reducer.result()).toEqual({ time: [0, 3, 9], last: [0, 9, 81], count: 3 });
  });

  it('loses no peak of many values', () => {
    const reducer = new SeriesReducer(0, 100_000, 100);
    for (let at = 0; at < 100_000; at++) reducer.add(at, at === 54_321 ? 1e6 : Math.sin(at));
    const { max = [], min = [], last, count } = reducer.result();
    expect(count).toBe(100_000);
    expect(last).toHaveLength(100);
    expect(max[54]).toBe(1e6);
    expect(min.every((value) => value !== null && value < -0.9)).toBe(true);
  });

  it('gives null where there was no finite value', () => {
    const reducer = new SeriesReducer(0, 10, 5);
    reducer.add(1, Number.NaN);
    expect(reducer.result().last).toEqual([null]);
  });
});
