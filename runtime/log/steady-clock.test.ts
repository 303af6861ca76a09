import { expect, test } from 'vitest';
import { SteadyClock } from './steady-clock.ts';

test('a clock that is set back an hour: time goes on at its pace, says so, and follows the clock again when it has caught up', () => {
  let wall = 1_800_000_000_000;
  let elapsed = 5_000;
  const clock = new SteadyClock(
    () => wall,
    () => elapsed,
  );
  const pass = (ms: number) => {
    wall += ms;
    elapsed += ms;
  };
  expect(clock.now()).toBe(1_800_000_000_000);
  pass(100);
  expect(clock.now()).toBe(1_800_000_000_100);
  wall -= 3_600_000;
  pass(250);
  expect(clock.now()).toBe(1_800_000_000_350);
  expect(clock.problems).toEqual([{ code: 'clock-back', params: { seconds: 3600 } }]);
  pass(1_800_000);
  expect(clock.now()).toBe(1_800_001_800_350);
  // set right again, and forward: followed at once
  wall = 1_800_001_900_000;
  pass(10);
  expect(clock.now()).toBe(1_800_001_900_010);
  expect(clock.problems).toEqual([]);
});

test('a clock that is a little back stands still', () => {
  let wall = 1_800_000_000_000;
  const clock = new SteadyClock(
    () => wall,
    () => 0,
  );
  clock.now();
  wall -= 300;
  expect(clock.now()).toBe(1_800_000_000_000);
  expect(clock.problems).toEqual([]);
});
