import { expect, it } from 'vitest';
import { leastSquares, solveLinear, symmetricEigen } from './linear.ts';

it('a straight line through exact points', () => {
  const fit = leastSquares(
    [1, 2, 3, 4].map((x) => [1, x]),
    [3, 5, 7, 9],
  );
  expect(fit.coefficients[0]).toBeCloseTo(1, 13);
  expect(fit.coefficients[1]).toBeCloseTo(2, 13);
  // (XᵀX)⁻¹ of 1…4 by hand: det = 4·30 − 10² = 20
  expect(fit.inverse.flat().map((v) => Math.round(v * 1e12) / 1e12)).toEqual([1.5, -0.5, -0.5, 0.2]);
});

it('a column that depends on the others is left out', () => {
  const fit = leastSquares(
    [
      [1, 1, 2],
      [1, 2, 4],
      [1, 3, 6],
      [1, 5, 10],
    ],
    [1, 2, 2, 4],
  );
  expect(fit.rank).toBe(2);
  expect(fit.coefficients[2]).toBeNaN();
});

/** NIST StRD Longley: a nearly dependent set whose certified coefficients have 15 digits (Longley 1967). */
it('Longley to 9 digits', () => {
  const data = `60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962`
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const fit = leastSquares(
    data.map(([, ...x]) => [1, ...x]),
    data.map(([y]) => y as number),
  );
  const certified = [
    -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359, -0.0511041056535807,
    1829.15146461355,
  ];
  certified.forEach((want, i) => {
    expect(Math.abs((fit.coefficients[i] as number) / want - 1)).toBeLessThan(1e-9);
  });
  const sd = Math.sqrt(fit.residualSquares / 9);
  expect(Math.abs(sd / 304.854073561965 - 1)).toBeLessThan(1e-9);
  expect(Math.abs((sd * Math.sqrt(fit.inverse[0]?.[0] as number)) / 890420.383607373 - 1)).toBeLessThan(1e-9);
});

it('a linear system, and one that has no answer', () => {
  const x = solveLinear(
    [
      [0, 2],
      [3, 1],
    ],
    [4, 5],
  );
  expect(x).toEqual([1, 2]);
  expect(
    solveLinear(
      [
        [1, 2],
        [2, 4],
      ],
      [1, 2],
    ),
  ).toBeUndefined();
});

it('eigenvalues of the second difference matrix: 2 − 2cos(kπ/(n+1))', () => {
  const n = 9;
  const { values, vectors } = symmetricEigen(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0))),
  );
  values.forEach((v, i) => {
    expect(v).toBeCloseTo(2 - 2 * Math.cos(((n - i) * Math.PI) / (n + 1)), 13);
  });
  const dot = (a: readonly number[] = [], b: readonly number[] = []) => a.reduce((s, x, i) => s + x * (b[i] as number), 0);
  expect(dot(vectors[0], vectors[1])).toBeCloseTo(0, 13);
  expect(dot(vectors[4], vectors[4])).toBeCloseTo(1, 13);
});
