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

  /**
   * A linear map of the last 336 hours, less their last value, to the next 96, one for all columns: NLinear in closed form. The published figures are
   * those of its training by gradient (tables of the DLinear and PatchTST papers).
   */
  test('a linear forecaster over 96 hours: MSE and MAE within 3 % of 0.374 and 0.394', () => {
    const columns = read();
    const weights = linearMap(columns, 336, 96);
    const got = score(columns, 96, (column, origin, h) => {
      const last = column[origin - 1] as number;
      const w = weights[h] as Float64Array;
      let sum = last;
      for (let i = 0; i < 335; i++) sum += (w[i] as number) * ((column[origin - 336 + i] as number) - last);
      return sum;
    });
    console.info(`ETTh1, linear, 96 h: MSE ${got.mse.toFixed(3)}, MAE ${got.mae.toFixed(3)} (NLinear 0.374, 0.394)`);
    expect(Math.abs(got.mse / 0.374 - 1)).toBeLessThan(0.03);
    expect(Math.abs(got.mae / 0.394 - 1)).toBeLessThan(0.03);
  });
});

/** Least squares over all training windows, [hour ahead][place in the window]; a window's last value is taken off everywhere, so that place is left out. */
function linearMap(columns: readonly Float64Array[], window: number, horizon: number): Float64Array[] {
  const size = window + horizon;
  const windows = TRAIN - size + 1;
  // products of places of the windows, summed over the windows: along a diagonal only the ends change
  const raw = Array.from({ length: size }, () => new Float64Array(size));
  for (const x of columns)
    for (let lag = 0; lag < size; lag++) {
      let sum = 0;
      for (let t = 0; t < windows; t++) sum += (x[t] as number) * (x[t + lag] as number);
      for (let i = 0; i + lag < size; i++) {
        (raw[i] as Float64Array)[i + lag] = ((raw[i] as Float64Array)[i + lag] as number) + sum;
        sum += (x[i + windows] as number) * (x[i + windows + lag] as number) - (x[i] as number) * (x[i + lag] as number);
      }
    }
  const at = (i: number, j: number) => (i <= j ? (raw[i] as Float64Array)[j] : (raw[j] as Float64Array)[i]) as number;
  const last = window - 1;
  const less = (i: number, j: number) => at(i, j) - at(i, last) - at(last, j) + at(last, last);
  const n = window - 1;
  const lower = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = less(i, j);
      for (let k = 0; k < j; k++) sum -= ((lower[i] as Float64Array)[k] as number) * ((lower[j] as Float64Array)[k] as number);
      (lower[i] as Float64Array)[j] = i === j ? Math.sqrt(sum) : sum / ((lower[j] as Float64Array)[j] as number);
    }
  const l = (i: number, j: number) => (lower[i] as Float64Array)[j] as number;
  return Array.from({ length: horizon }, (_, h) => {
    const w = Float64Array.from({ length: n }, (_, i) => less(i, window + h));
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) w[i] = (w[i] as number) - l(i, k) * (w[k] as number);
      w[i] = (w[i] as number) / l(i, i);
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) w[i] = (w[i] as number) - l(k, i) * (w[k] as number);
      w[i] = (w[i] as number) / l(i, i);
    }
    return w;
  });
}
