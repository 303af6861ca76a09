import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';
import { add, end } from './open.ts';

testBlock(import.meta.url);

test('a session that version 1 had open goes on', () => {
  const waiting = { t: [], v: [], q: [] };
  const old = {
    newest: 2000,
    done: 0,
    due: 9000,
    armed: 1,
    waiting,
    start: 1000,
    last: 2000,
    count: 2,
    mean: 3,
    squares: 2,
    least: 2,
    most: 4,
    worst: 0,
  };
  const state = block.migrate?.(1, old);
  const session = state?.session;
  if (!session) throw new Error('no session was kept');
  expect(add(session, { t: [3000], v: [6], q: [0] }, 5000)).toEqual([]);
  expect(end(session)).toMatchObject({ time: 3000, mean: 4, sd: 2, count: 3, min: 2, max: 6, seconds: 2 });
  expect(state.armed).toBe(0);
});
