import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';

testBlock(import.meta.url);

const MODEL = 'b78e1c557b1e225367dd88602d667f9026ff12ee44a3854a6e8bdc43ab138d1a';
const linear = (over: object = {}) => ({
  title: '',
  source: '',
  columns: Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { type: 'number' as const }])),
  params: {
    model: MODEL,
    columns: ['a', 'b', 'c'].map((name) => ({ name, input: 'x' })),
    outputs: [{ name: 'y', output: 'y' }],
    ...over,
  },
});
const row = (time: number, value = 0) => ({ time, a: value, b: value, c: value });

test('rows that come while a batch is computed go together in the next request', async () => {
  const answer = { id: '1', ok: true, value: { outputs: { y: { width: 1, values: [1, 2, 3] } } } };
  const { effects, outputs } = await runBlock(import.meta.url, {
    ...linear(),
    input: [row(0), row(1, 1), row(2, 2), { answer }, { answer }],
  });
  expect(effects.map((e) => e.request)).toMatchObject([
    { rows: 1, inputs: { x: [0, 0, 0] } },
    { rows: 2, inputs: { x: [1, 1, 1, 2, 2, 2] } },
  ]);
  expect(outputs.out?.map((r) => r.values.y)).toEqual([1, 1, 2]);
});

test('more rows than may wait are set aside', async () => {
  const { dead } = await runBlock(import.meta.url, { ...linear({ most: 2 }), input: [row(0), row(1), row(2), row(3)] });
  expect(dead.map((d) => d.message)).toEqual(['2 rows wait for the model already: it is slower than its rows']);
});

test.each([
  [{ columns: [{ name: 'a', input: 'x' }] }, 'model-inputs'],
  [{ columns: ['a', 'b', 'c'].map((name) => ({ name, input: 'features' })) }, 'model-inputs'],
  [{ outputs: [{ name: 'y', output: 'score' }] }, 'model-inputs'],
  [{ opset: 12 }, 'model-opset'],
  [{ model: '0'.repeat(64) }, 'model-missing'],
])('what does not fit the model leaves on port problem: %o', async (over, reason) => {
  const { outputs } = await runBlock(import.meta.url, { ...linear(over), compute: 'real', input: [row(0)] });
  expect(outputs.problem?.map((r) => r.values)).toEqual([{ reason, rows: 1 }]);
  expect(outputs.out).toEqual([]);
});
