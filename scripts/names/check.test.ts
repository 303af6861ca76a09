import { expect, test } from 'vitest';
import { checkNames } from './check.ts';

test.each([
  ['server/utils/dates.ts', 10, /"utils" says nothing/],
  ['runtime/batch/helpers.ts', 10, /"helpers.ts" says nothing/],
  ['server/sources/card.tsx', 10, /components belong to app/],
  ['runtime/worker/turns.ts', 900, /900 lines/],
])('%s with %d lines is refused', (path, lines, message) => {
  expect(checkNames([{ path, lines }])).toEqual([expect.stringMatching(message)]);
});

test('names of the domain pass', () => {
  expect(checkNames([{ path: 'app/studio/[appId]/_canvas/library.tsx', lines: 300 }])).toEqual([]);
});
