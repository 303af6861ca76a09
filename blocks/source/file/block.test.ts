import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

const fields = [{ name: 'item', type: 'text', path: '物料' }];
test.each([
  [{}, 'fields'],
  [{ fields: [{ ...fields[0], name: '物料' }] }, 'fields'],
  [{ fields, encoding: 'latin1' }, 'encoding'],
  [{ fields, limit: 0 }, 'limit'],
])('%j is refused at %s', (params, path) => {
  const parsed = block.params.safeParse(params);
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.path[0]).toBe(path);
});
