import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** An eigenvector of a covariance, of length 1, and the variance along it. */
export interface PrincipalAxis {
  readonly direction: readonly number[];
  readonly variance: number;
}

/** The eigenvectors of a symmetric matrix, row-major, the one of the largest variance first. */
export function principalAxes(covariance: ArrayLike<number>, size: number): PrincipalAxis[] {
  const matrix = Matrix.from1DArray(size, size, covariance as number[]);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  return realEigenvalues
    .map((variance, column) => ({ variance, direction: eigenvectorMatrix.getColumn(column) }))
    .sort((a, b) => b.variance - a.variance);
}
