/** Dense linear algebra. A matrix is a list of rows. */
export type Matrix = readonly (readonly number[])[];

export interface LeastSquares {
  /** NaN where a column adds nothing to those before it. */
  readonly coefficients: readonly number[];
  readonly rank: number;
  /** Residual sum of squares, from the residuals themselves. */
  readonly residualSquares: number;
  readonly fitted: readonly number[];
  /** (XᵀX)⁻¹ of the columns that count; rows and columns of the others are 0. Times the residual variance it is the covariance of the coefficients. */
  readonly inverse: readonly (readonly number[])[];
}

/**
 * Ordinary least squares by Householder reflections, columns scaled to length 1, with one step of refinement on the residuals:
 * the digits that the data allow. A column whose rest is below 1e-10 of its length depends on the earlier ones.
 */
export function leastSquares(rows: Matrix, y: ArrayLike<number>): LeastSquares {
  const m = rows.length;
  const n = rows[0]?.length ?? 0;
  const scale = Array.from({ length: n }, (_, j) => lengthOf(column(rows, j), 0) || 1);
  const a = Array.from({ length: n }, (_, j) => column(rows, j).map((v) => v / (scale[j] as number)));
  const reflections: { readonly at: number; readonly v: number[]; readonly beta: number }[] = [];
  const pivots: number[] = [];
  const r: number[][] = [];
  for (let j = 0; j < n; j++) {
    const c = a[j] as number[];
    for (const h of reflections) reflect(h, c);
    const k = pivots.length;
    const rest = lengthOf(c, k);
    if (k >= m || rest <= 1e-10) continue;
    const v = c.slice();
    for (let i = 0; i < k; i++) v[i] = 0;
    const alpha = (c[k] as number) > 0 ? -rest : rest;
    v[k] = (c[k] as number) - alpha;
    const h = { at: k, v, beta: 2 / v.reduce((s, x) => s + x * x, 0) };
    reflections.push(h);
    const top = c.slice(0, k);
    top.push(alpha);
    r.push(top);
    pivots.push(j);
  }
  const rank = pivots.length;
  const back = (target: number[]): number[] => {
    const q = target.slice();
    for (const h of reflections) reflect(h, q);
    const x = new Array<number>(rank).fill(0);
    for (let k = rank - 1; k >= 0; k--) {
      let s = q[k] as number;
      for (let j = k + 1; j < rank; j++) s -= at(r, j, k) * (x[j] as number);
      x[k] = s / at(r, k, k);
    }
    return x;
  };
  const coefficients = new Array<number>(n).fill(Number.NaN);
  const predict = (): number[] =>
    rows.map((row) => pivots.reduce((s, j) => s + (row[j] as number) * (coefficients[j] as number), 0));
  let x = back(Array.from(y));
  pivots.forEach((j, k) => {
    coefficients[j] = (x[k] as number) / (scale[j] as number);
  });
  let fitted = predict();
  x = back(fitted.map((f, i) => (y[i] as number) - f));
  pivots.forEach((j, k) => {
    coefficients[j] = (coefficients[j] as number) + (x[k] as number) / (scale[j] as number);
  });
  fitted = predict();
  const residualSquares = fitted.reduce((s, f, i) => s + ((y[i] as number) - f) ** 2, 0);
  // R⁻¹ column by column; (XᵀX)⁻¹ = R⁻¹R⁻ᵀ
  const ri = pivots.map((_, j) => {
    const e = new Array<number>(rank).fill(0);
    for (let k = j; k >= 0; k--) {
      let s = k === j ? 1 : 0;
      for (let l = k + 1; l <= j; l++) s -= at(r, l, k) * (e[l] as number);
      e[k] = s / at(r, k, k);
    }
    return e;
  });
  const inverse = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  pivots.forEach((p, i) => {
    pivots.forEach((q, j) => {
      let s = 0;
      for (const c of ri) s += (c[i] as number) * (c[j] as number);
      (inverse[p] as number[])[q] = s / ((scale[p] as number) * (scale[q] as number));
    });
  });
  return { coefficients, rank, residualSquares, fitted, inverse };
}

function lengthOf(c: readonly number[], from: number): number {
  let most = 0;
  for (let i = from; i < c.length; i++) most = Math.max(most, Math.abs(c[i] as number));
  if (most === 0) return 0;
  let s = 0;
  for (let i = from; i < c.length; i++) s += ((c[i] as number) / most) ** 2;
  return most * Math.sqrt(s);
}
const at = (columns: readonly (readonly number[])[], c: number, i: number): number => columns[c]?.[i] as number;
const column = (rows: Matrix, j: number): number[] => rows.map((row) => row[j] as number);
function reflect(h: { readonly at: number; readonly v: readonly number[]; readonly beta: number }, c: number[]): void {
  let s = 0;
  for (let i = h.at; i < c.length; i++) s += (h.v[i] as number) * (c[i] as number);
  s *= h.beta;
  for (let i = h.at; i < c.length; i++) c[i] = (c[i] as number) - s * (h.v[i] as number);
}

/** Solves a·x = b with partial pivoting; undefined when `a` is singular. */
export function solveLinear(a: Matrix, b: readonly number[]): number[] | undefined {
  const n = b.length;
  const m = a.map((row, i) => [...row, b[i] as number]);
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(at(m, i, k)) > Math.abs(at(m, p, k))) p = i;
    const pivot = m[p] as number[];
    if (!(Math.abs(pivot[k] as number) > 0)) return undefined;
    m[p] = m[k] as number[];
    m[k] = pivot;
    for (let i = k + 1; i < n; i++) {
      const row = m[i] as number[];
      const f = (row[k] as number) / (pivot[k] as number);
      if (f !== 0) for (let j = k; j <= n; j++) row[j] = (row[j] as number) - f * (pivot[j] as number);
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let s = at(m, k, n);
    for (let j = k + 1; j < n; j++) s -= at(m, k, j) * (x[j] as number);
    x[k] = s / at(m, k, k);
  }
  return x;
}

export interface Eigen {
  /** From large to small. */
  readonly values: readonly number[];
  /** `vectors[i]` belongs to `values[i]`; length 1, its largest component is positive. */
  readonly vectors: readonly (readonly number[])[];
}
/** Eigenvalues of a symmetric matrix by Jacobi's rotations (Golub & Van Loan 8.5): slow for hundreds, exact to the last digits. */
export function symmetricEigen(matrix: Matrix): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = matrix.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const norm = Math.sqrt(a.reduce((s, row) => s + row.reduce((t, x) => t + x * x, 0), 0));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += (a[i]?.[j] as number) ** 2;
    if (Math.sqrt(off) <= 1e-15 * norm) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((row, i) => ({ value: row[i] as number, i })).sort((x, y) => y.value - x.value);
  return {
    values: order.map((o) => o.value),
    vectors: order.map((o) => {
      const vector = v.map((row) => row[o.i] as number);
      const largest = vector.reduce((m, x) => (Math.abs(x) > Math.abs(m) ? x : m), 0);
      return largest < 0 ? vector.map((x) => -x) : vector;
    }),
  };
}

function rotate(a: Float64Array[], v: Float64Array[], p: number, q: number): void {
  const ap = a[p] as Float64Array;
  const aq = a[q] as Float64Array;
  const apq = ap[q] as number;
  if (apq === 0) return;
  const theta = ((aq[q] as number) - (ap[p] as number)) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) {
    const x = row[p] as number;
    const y = row[q] as number;
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (let i = 0; i < a.length; i++) {
    const x = ap[i] as number;
    const y = aq[i] as number;
    ap[i] = c * x - s * y;
    aq[i] = s * x + c * y;
  }
  for (const row of v) {
    const x = row[p] as number;
    const y = row[q] as number;
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
}
