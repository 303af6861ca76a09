import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

const fields = [{ name: 'order', type: 'text', path: 'code' }];
test.each([
  [{ kind: 'order' }, 'fields'],
  [{ kind: 'order', fields: [] }, 'fields'],
  [{ kind: 'Order', fields }, 'kind'],
  [{ fields: [...fields, ...fields] }, 'fields'],
  [{ fields: [{ ...fields[0], unitPath: 'unit' }] }, 'fields'],
  [{ fields, limit: 10_001 }, 'limit'],
])('%j is refused at %s', (params, path) => {
  const parsed = block.params.safeParse(params);
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.path[0]).toBe(path);
});
