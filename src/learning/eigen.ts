/** Eigenvalues and vectors of a symmetric matrix (Householder and QL, by ml-matrix: sums, products, quotients and square roots only). */
import { EigenvalueDecomposition, Matrix } from "ml-matrix"

export interface Eigen {
  readonly values: Float64Array
  /** Row-major [d, d]; column k belongs to `values[k]`. */
  readonly vectors: Float64Array
}

export function symmetricEigen(matrix: Float64Array, d: number): Eigen {
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(d, d, matrix), { assumeSymmetric: true })
  return {
    values: Float64Array.from(decomposition.realEigenvalues),
    vectors: Float64Array.from(decomposition.eigenvectorMatrix.to1DArray()),
  }
}
