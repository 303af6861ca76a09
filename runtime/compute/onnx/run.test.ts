import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { computeHere } from '../compute.ts';
import type { OnnxAnswer } from '../requests.ts';
import { opsetsOf } from './facts.ts';

/**
 * Models written with onnx.helper 1.12 from estimators fitted by scikit-learn 1.2.1 (fixtures/make-models.py); the expected values are scikit-learn's own
 * predictions, in double precision.
 */
const file = (name: string) => readFileSync(new URL(`../fixtures/${name}.onnx`, import.meta.url));
const hashOf = (name: string) => createHash('sha256').update(file(name)).digest('hex');
const run = (name: string, rows: readonly (readonly number[])[], more: object = {}) =>
  computeHere('compute.onnx', { model: hashOf(name), rows: rows.length, inputs: { x: rows.flat() }, ...more }, async () =>
    file(name),
  );
const outputs = async (name: string, rows: readonly (readonly number[])[]) => {
  const answer = await run(name, rows);
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return (answer.value as OnnxAnswer).outputs;
};

const PATIENTS = [
  [0.061696206518683294, 0.019907486170462722, 0.0218723855140367],
  [0.0175059114895705, 0.037236246732001224, -0.0228846771720037],
  [-0.05794093368208547, -0.028323167238848198, -0.0079771324465764],
  [-0.07303030271641665, -0.00422151393810765, -0.08141314376144114],
];

describe('models of scikit-learn', () => {
  test('linear regression', async () => {
    const { y } = await outputs('linear', PATIENTS);
    expect(y?.width).toBe(1);
    for (const [i, want] of [205.9047539127131, 176.9406328051409, 99.6942274277817, 84.44214101414765].entries())
      expect(y?.values[i]).toBeCloseTo(want, 3);
  });
  test('decision tree (ai.onnx.ml)', async () => {
    const { y } = await outputs('tree', PATIENTS);
    for (const [i, want] of [231.3409090909091, 178.21212121212122, 103.8173076923077, 103.8173076923077].entries())
      expect(y?.values[i]).toBeCloseTo(want, 3);
  });
  test('multi-layer perceptron: label and probabilities', async () => {
    const { label, probabilities } = await outputs('iris-mlp', [
      [5.1, 3.5, 1.4, 0.2],
      [5.0, 2.0, 3.5, 1.0],
      [4.9, 2.5, 4.5, 1.7],
    ]);
    expect(label).toEqual({ width: 1, values: [0, 1, 2] });
    expect(probabilities?.width).toBe(3);
    const want = [
      0.9793552427736376, 0.019850601833045618, 0.0007941553933168711, 0.03045880830369372, 0.9080156940304004,
      0.061525497665905884, 0.00239766766211294, 0.07576186227989953, 0.9218404700579875,
    ];
    for (const [i, value] of want.entries()) expect(probabilities?.values[i]).toBeCloseTo(value, 5);
  });
  test('the same bits again', async () => {
    expect(await outputs('iris-mlp', [[5, 2, 3.5, 1]])).toEqual(await outputs('iris-mlp', [[5, 2, 3.5, 1]]));
  });
});

describe('what does not fit is refused with what would', () => {
  const cause = async (answer: Awaited<ReturnType<typeof run>>) => (answer.ok ? undefined : [answer.code, answer.params?.cause]);
  test.each([
    ['too few values', [[1, 2]], {}, 'model-inputs', "Input 'x' takes 3 values a row, 2 were given."],
    [
      'an input that the model does not have',
      [[1, 2, 3]],
      { inputs: { x: [1, 2, 3], u: [1] } },
      'model-inputs',
      "The model has no input 'u'; it has x.",
    ],
    [
      'an input that is not mapped',
      [[1]],
      { inputs: { u: [1] } },
      'model-inputs',
      "The model needs input 'x', which is not mapped.",
    ],
    [
      'an output that it does not have',
      [[1, 2, 3]],
      { outputs: ['z'] },
      'model-inputs',
      "The model has no output 'z'; it has y.",
    ],
  ])('%s', async (_title, rows, more, code, en) => {
    expect(await cause(await run('linear', rows, more))).toEqual([code, expect.objectContaining({ en })]);
  });
  test('a newer operator set than allowed', async () => {
    expect(await cause(await run('linear-opset17', PATIENTS, { opset: 15 }))).toEqual([
      'model-opset',
      expect.objectContaining({ en: 'The model needs operator set 17; at most 15 is allowed. Export it for opset 15 or older.' }),
    ]);
    expect((await run('linear-opset17', PATIENTS, { opset: 17 })).ok).toBe(true);
  });
  test('bytes that are no model', async () => {
    const answer = await computeHere('compute.onnx', { model: '0'.repeat(64), rows: 1, inputs: { x: [1] } }, async () =>
      new TextEncoder().encode('a text'),
    );
    expect(answer).toMatchObject({ ok: false, code: 'model-unreadable' });
  });
  test('a model that is not there', async () => {
    const answer = await computeHere('compute.onnx', { model: '1'.repeat(64), rows: 1, inputs: {} }, async () => undefined);
    expect(answer).toMatchObject({ ok: false, code: 'model-missing' });
  });
});

test('operator sets as the file says them', () => {
  expect(opsetsOf(file('tree'))).toEqual({ '': 13, 'ai.onnx.ml': 1 });
  expect(opsetsOf(file('linear-opset17'))).toEqual({ '': 17 });
});
