import { expect, test } from 'vitest';
import { changeFaults, noFaults } from './faults.ts';

test('a change touches only what it names', () => {
  const changed = changeFaults(noFaults(), { pump1: { fault: 'inner' }, airA: { leak: 4 } });
  expect(changed).toEqual({
    ...noFaults(),
    pump1: { fault: 'inner', severity: 1, dead: false },
    airA: { ...noFaults().airA, leak: 4 },
  });
});

test.each([
  [{ pump9: { fault: 'inner' } }, /pump9/],
  [{ pump1: { fault: 'tired' } }, /fault/],
  [{ airA: { leak: -1 } }, /leak/],
  [{ airA: { wind: true } }, /wind/],
  [7, /expected record/],
])('%j is refused with its reason', (change, reason) => expect(() => changeFaults(noFaults(), change)).toThrow(reason));
