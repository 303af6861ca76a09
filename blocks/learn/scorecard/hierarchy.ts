/** Mean consistency index of random matrices (Saaty 1980), by size. */
const RANDOM = [0, 0, 0, 0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49];

export interface Priorities {
  /** Sum 1. */
  readonly weights: readonly number[];
  readonly lambda: number;
  /** Consistency ratio; from 0.1 on the judgements contradict each other. */
  readonly ratio: number;
}

/** Weights of an analytic hierarchy: the principal eigenvector of the pairwise comparisons, by powers. */
export function priorities(matrix: readonly (readonly number[])[]): Priorities {
  const n = matrix.length;
  let weights = new Array<number>(n).fill(1 / n);
  let lambda = n;
  for (let round = 0; round < 10_000; round++) {
    const next = matrix.map((row) => row.reduce((s, v, j) => s + v * (weights[j] as number), 0));
    const sum = next.reduce((s, v) => s + v, 0);
    const scaled = next.map((v) => v / sum);
    const moved = scaled.reduce((m, v, i) => Math.max(m, Math.abs(v - (weights[i] as number))), 0);
    weights = scaled;
    lambda = sum;
    if (moved < 1e-15) break;
  }
  const random = RANDOM[Math.min(n, RANDOM.length - 1)] as number;
  return { weights, lambda, ratio: random === 0 ? 0 : (lambda - n) / (n - 1) / random };
}

/** What is wrong with a matrix of comparisons; undefined when nothing is. */
export function matrixFault(matrix: readonly (readonly number[])[], size: number): string | undefined {
  if (matrix.length !== size || matrix.some((row) => row.length !== size))
    return `the comparisons are ${size} rows of ${size} numbers, one per column | 判断矩阵须为 ${size} 行 ${size} 列`;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++)
      if (Math.abs((matrix[i]?.[j] as number) * (matrix[j]?.[i] as number) - 1) > 0.02)
        return `row ${i + 1}, column ${j + 1} is not the reciprocal of its counterpart | 第 ${i + 1} 行第 ${j + 1} 列与对称元素不互为倒数`;
  const { ratio } = priorities(matrix);
  return ratio > 0.1
    ? `the comparisons contradict each other: consistency ratio ${ratio.toFixed(3)}, at most 0.1 is right | 判断矩阵不一致：一致性比例 ${ratio.toFixed(3)}，应不大于 0.1`
    : undefined;
}
