import { expect, test } from 'vitest';
import { weights } from './savitzky-golay.ts';

/** Savitzky & Golay, Anal. Chem. 36 (1964) 1627, table I (smoothing); 11 and 13 points as corrected by Steinier et al. 1972. */
test.each([
  [5, 2, 35, [-3, 12, 17, 12, -3]],
  [7, 2, 21, [-2, 3, 6, 7, 6, 3, -2]],
  [9, 2, 231, [-21, 14, 39, 54, 59, 54, 39, 14, -21]],
  [11, 2, 429, [-36, 9, 44, 69, 84, 89, 84, 69, 44, 9, -36]],
  [13, 2, 143, [-11, 0, 9, 16, 21, 24, 25, 24, 21, 16, 9, 0, -11]],
  [7, 4, 231, [5, -30, 75, 131, 75, -30, 5]],
  [9, 4, 429, [15, -55, 30, 135, 179, 135, 30, -55, 15]],
])('%i points, degree %i: the printed weights over %i', (points, order, norm, printed) => {
  for (const degree of [order, order + 1])
    weights(points, degree).forEach((w, i) => {
      expect(w * norm).toBeCloseTo(printed[i] as number, 9);
    });
});
