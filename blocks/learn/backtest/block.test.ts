import { expect, test, vi } from 'vitest';
import { mulberry32 } from '#blocks/sdk/random.ts';
import { testBlock } from '#blocks/sdk/testing.ts';
import { roll } from './roll.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

testBlock(import.meta.url);

test('values after the cut-off, in any order, leave the forecast as it is to the bit', () => {
  const u = mulberry32(3);
  const past = Array.from({ length: 60 }, (_, i) => 50 + 10 * Math.sin(i / 2) + u());
  const options = { method: 'auto', season: 12, horizon: 6, level: 90 } as const;
  const later = [60, 55, 40, 45, 50, 58];
  const of = (future: readonly number[]) => {
    const { predicted, lower, upper } = roll([...past, ...future], options, 60, 6);
    return { predicted, lower, upper };
  };
  expect(of([...later].reverse())).toEqual(of(later));
});
