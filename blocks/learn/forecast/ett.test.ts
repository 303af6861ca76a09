import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

/** ETTh1 (CC BY-ND: read where it lies). The protocol of the published tables: that the last value repeated gives their figures proves it. */
const FILE = new URL('../../../../shared/data/ett/ETTh1.csv', import.meta.url);
const TRAIN = 8640;
const TEST = 11_520;
const END = 14_400;

/** Seven columns, standardised by mean and deviation of the training rows. */
function read(): Float64Array[] {
  const lines = readFileSync(FILE, 'utf8').trim().split('\n').slice(1);
  const rows = lines.map((line) => line.trim().split(',').slice(1).map(Number));
  return Array.from({ length: 7 }, (_, c) => {
    const column = Float64Array.from(rows, (row) => row[c] as number);
    const train = column.subarray(0, TRAIN);
    const mean = train.reduce((s, v) => s + v, 0) / TRAIN;
    const sd = Math.sqrt(train.reduce((s, v) => s + (v - mean) ** 2, 0) / TRAIN);
    return column.map((v) => (v - mean) / sd);
  });
}

/** Errors over all test windows but those of the last incomplete batch of 32. */
function score(
  columns: readonly Float64Array[],
  horizon: number,
  predict: (column: Float64Array, origin: number, h: number) => number,
) {
  const windows = Math.floor((END - TEST - horizon + 1) / 32) * 32;
  let [squares, absolute] = [0, 0];
  for (const column of columns)
    for (let w = 0; w < windows; w++)
      for (let h = 0; h < horizon; h++) {
        const e = predict(column, TEST + w, h) - (column[TEST + w + h] as number);
        squares += e * e;
        absolute += Math.abs(e);
      }
  const n = columns.length * windows * horizon;
  return { mse: squares / n, mae: absolute / n };
}

describe.skipIf(!existsSync(FILE))('ETTh1 (../shared/data/ett, not part of the product)', () => {
  // "Repeat" in the tables of the DLinear and PatchTST papers
  test.each([
    [96, 1.295, 0.713],
    [192, 1.325, 0.733],
    [336, 1.323, 0.744],
    [720, 1.339, 0.756],
  ])('the last value repeated over %i hours: MSE %f, MAE %f', (horizon, mse, mae) => {
    const got = score(read(), horizon, (column, origin) => column[origin - 1] as number);
    expect(got.mse.toFixed(3)).toBe(mse.toFixed(3));
    expect(got.mae.toFixed(3)).toBe(mae.toFixed(3));
  });
});
