import { expect, it } from 'vitest';
import { overRuns } from './over-runs.ts';

const figure = (value: number, goal: { atMost: number } | { atLeast: number }) => ({
  name: 'f',
  value,
  unit: 's',
  conditions: `run ${value}`,
  goal,
});

it('shows the run in the middle with the range, and of two in the middle the worse', () => {
  const fast = { atMost: 5 };
  expect(overRuns([[figure(3, fast)], [figure(9, fast)], [figure(4, fast)]])).toEqual([
    { ...figure(4, fast), low: 3, high: 9, runs: 3 },
  ]);
  expect(overRuns([[figure(3, fast)], [figure(4, fast)]])[0]?.value).toBe(4);
  expect(overRuns([[figure(3, { atLeast: 1 })], [figure(4, { atLeast: 1 })]])[0]?.value).toBe(3);
});

it('keeps figures apart that are held against different peers', () => {
  const against = (name: string, value: number) => ({ name: 'f', value: 10, unit: 's', conditions: '', peer: { name, value } });
  const [a, b] = overRuns([[against('x', 1), against('y', 2)]]);
  expect([a?.peer, b?.peer, a?.runs]).toEqual([{ name: 'x', value: 1 }, { name: 'y', value: 2 }, 1]);
});
