import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

test('sorting by a column that is not given is refused', () => {
  const parsed = block.params.safeParse({ columns: [{ name: 'a' }], sort: [{ column: 'b' }] });
  expect(JSON.stringify(parsed.error?.issues)).toContain('not given');
});
