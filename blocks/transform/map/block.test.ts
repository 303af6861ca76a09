import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

test('two columns of one name are refused', () => {
  const parsed = block.params.safeParse({ columns: [{ name: 'a' }, { name: 'a', from: 'b' }] });
  expect(JSON.stringify(parsed.error?.issues)).toContain('same name');
});

test.each([
  ['a column that the wire does not have', { columns: [{ name: 'speed' }] }, /speed/],
  ['a unit that does not exist', { columns: [{ name: 't', from: 'temp', unit: 'degrees' }] }, /degrees/],
  ['a unit of another dimension', { columns: [{ name: 't', from: 'temp', unit: 'bar' }] }, /bar/],
])('%s is refused', async (_title, params, message) => {
  await expect(
    runBlock(import.meta.url, {
      title: '',
      source: '',
      params,
      columns: { temp: { type: 'number', unit: 'Cel' } },
      input: [{ time: 0, temp: 1 }],
    }),
  ).rejects.toThrow(message);
});
