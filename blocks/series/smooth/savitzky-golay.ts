/**
 * Weights of the least-squares polynomial of degree `order` through `points` (odd) equidistant values, at the middle one: Savitzky & Golay
 * 1964 with the corrections of Steinier et al. 1972, by the recurrence of Gram polynomials (Gorry 1990, equations 6 and 7).
 */
export function weights(points: number, order: number): readonly number[] {
  if (kept.points !== points || kept.order !== order) kept = { points, order, weights: compute(points, order) };
  return kept.weights;
}
/** Asked for with every row, and nearly always the same. */
let kept: { readonly points: number; readonly order: number; readonly weights: readonly number[] } = {
  points: 0,
  order: 0,
  weights: [],
};

function compute(points: number, order: number): number[] {
  const m = (points - 1) / 2;
  const all = Array.from({ length: points }, (_, j) => j - m);
  return all.map((i) => {
    let sum = 0;
    for (let k = 0; k <= order; k++)
      sum += (2 * k + 1) * (falling(2 * m, k) / falling(2 * m + k + 1, k + 1)) * gram(i, m, k) * gram(0, m, k);
    return sum;
  });
}

function gram(i: number, m: number, k: number): number {
  let before = 0;
  let p = 1;
  for (let j = 1; j <= k; j++) {
    const next = ((4 * j - 2) / (j * (2 * m - j + 1))) * i * p - (((j - 1) * (2 * m + j)) / (j * (2 * m - j + 1))) * before;
    before = p;
    p = next;
  }
  return p;
}

function falling(n: number, k: number): number {
  let p = 1;
  for (let j = 0; j < k; j++) p *= n - j;
  return p;
}
