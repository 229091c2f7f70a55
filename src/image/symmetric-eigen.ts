/** Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations. */

export interface Eigen {
  /** In falling order. */
  readonly values: readonly number[];
  /** Orthonormal; column i belongs to value i. Of each column the entry of largest size is positive. */
  readonly vectors: readonly (readonly number[])[];
}

/** Rotations over all pairs; a 3 x 3 matrix needs four or five rounds. */
const MAX_ROUNDS = 50;

/** @param matrix symmetric, n x n */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
  for (let round = 0; round < MAX_ROUNDS && offDiagonal(a) > 0; round++)
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  const signs = order.map((i) => Math.sign(largest(v.map((row) => row[i]!))) || 1);
  return {
    values: order.map((i) => a[i]![i]!),
    vectors: v.map((row) => order.map((i, at) => row[i]! * signs[at]!)),
  };
}

function offDiagonal(a: readonly (readonly number[])[]): number {
  return a.reduce((sum, row, i) => sum + row.reduce((s, x, j) => s + (i === j ? 0 : x * x), 0), 0);
}

/** Turns the plane of axes p and q so that a[p][q] becomes 0; `v` gathers the turns. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const apq = a[p]![q]!;
  if (apq === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of [...a, ...v]) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[p]![k]!, a[q]![k]!];
    a[p]![k] = c * x - s * y;
    a[q]![k] = s * x + c * y;
  }
  a[p]![q] = a[q]![p] = 0;
}

function largest(values: readonly number[]): number {
  return values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
}
