import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

test('state of version 1 is kept: on stays on', () => expect(block.migrate?.(1, { on: 1 })).toEqual({ on: 1 }));

test.each([
  [{}, 'give a high limit'],
  [{ high: 3, low: 2, hysteresis: 0.6 }, 'closer together'],
  [{ high: 3, hysteresis: -1 }, 'hysteresis'],
])('%j is refused: %s', (params, reason) => {
  expect(JSON.stringify(block.params.safeParse(params).error?.issues)).toContain(reason);
});
