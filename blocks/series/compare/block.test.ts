import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

test.each([
  [{}, 'give a high limit'],
  [{ high: 3, low: 2, hysteresis: 0.6 }, 'closer together'],
  [{ high: 3, hysteresis: -1 }, 'hysteresis'],
])('%j is refused: %s', (params, reason) => {
  expect(JSON.stringify(block.params.safeParse(params).error?.issues)).toContain(reason);
});
