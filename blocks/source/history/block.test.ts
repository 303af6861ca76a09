import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

const title = { en: 'Pressure', zh: '压力' };
const roles = [{ name: 'pressure', title, unit: 'bar' }];

test('the table has the times of the values, its own is that of the row', async () => {
  const value = { time: [1000, 2000], value: [7, 8], left: 0, uncertain: false };
  const input = [{ time: 1e12 }, { clock: 1e12 + 1, answer: { ok: true, value } }];
  const { outputs } = await runBlock(import.meta.url, { title: '', source: '', roles, params: { role: 'pressure' }, input });
  expect(outputs.out).toMatchObject([
    { time: 1e12, values: { time: Float64Array.of(1000, 2000), value: Float64Array.of(7, 8) } },
  ]);
});

test.each([
  [{}, 'role'],
  [{ role: 'pressure', output: 'smooth.value' }, 'role'],
  [{ output: 'smooth' }, 'output'],
  [{ role: 'pressure', span: 0 }, 'span'],
  [{ role: 'pressure', points: 10_001 }, 'points'],
])('%j is refused at %s', (params, path) => {
  const parsed = block.params.safeParse(params);
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.path).toEqual([path]);
});
