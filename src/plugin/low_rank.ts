/** Low-rank updates s A B of a linear layer as arrays, A [in, rank], B [rank, out]: their product, sums, and truncation. */
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix"
import type { HostTensor } from "../tensor/index.ts"
import type { LowRank } from "./composition.ts"

/** s A B, row after row: [in * out]. */
export const product = ({ A, B, scale }: LowRank): Float64Array => {
  const [enters, rank] = A.shape
  const out = B.shape[1]
  const update = new Float64Array(enters * out)
  for (let i = 0; i < enters; i++)
    for (let r = 0; r < rank; r++) {
      const a = scale * Number(A.data[i * rank + r])
      if (a !== 0) for (let o = 0; o < out; o++) update[i * out + o] += a * Number(B.data[r * out + o])
    }
  return update
}

/** sum_i w_i s_i A_i B_i as one update of rank sum_i r_i, exactly: A = [A_1 | .. | A_N], B = [w_1 s_1 B_1; ..; w_N s_N B_N]. */
export const concatenated = (updates: readonly LowRank[], weights: readonly number[]): LowRank => {
  const [enters, out] = [updates[0].A.shape[0], updates[0].B.shape[1]]
  const rank = updates.reduce((sum, { A }) => sum + A.shape[1], 0)
  const A = new Float64Array(enters * rank)
  const B = new Float64Array(rank * out)
  let from = 0
  updates.forEach((one, k) => {
    const own = one.A.shape[1]
    for (let i = 0; i < enters; i++)
      for (let r = 0; r < own; r++) A[i * rank + from + r] = Number(one.A.data[i * own + r])
    one.B.data.forEach((value: number | bigint, i: number) => {
      B[from * out + i] = weights[k] * one.scale * Number(value)
    })
    from += own
  })
  return { A: { shape: [enters, rank], data: A }, B: { shape: [rank, out], data: B }, scale: 1 }
}

/** The best approximation of rank at most `rank` in the Frobenius norm: of U S V^T the first columns, A = U S, B = V^T. */
export const truncated = (update: LowRank | HostTensor, rank: number): LowRank => {
  const { left, core, right } = "A" in update ? narrowed(update) : { core: matrixOf(update) }
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(core, {
    autoTranspose: true,
  })
  const kept = diagonal.slice(0, rank)
  const columns = kept.map((_, k) => k)
  const US = leftSingularVectors.subMatrixColumn(columns).mmul(Matrix.diag(kept))
  const V = rightSingularVectors.subMatrixColumn(columns)
  return padded(left ? left.mmul(US) : US, (right ? right.mmul(V) : V).transpose(), rank)
}

/** s A B = left core right^T with orthonormal columns: the core is rank x rank. */
const narrowed = ({ A, B, scale }: LowRank): { left?: Matrix; core: Matrix; right?: Matrix } => {
  const [a, b] = [matrixOf(A).mul(scale), matrixOf(B)]
  if (a.columns > Math.min(a.rows, b.columns)) return { core: a.mmul(b) }
  const [first, second] = [new QrDecomposition(a), new QrDecomposition(b.transpose())]
  return {
    left: first.orthogonalMatrix,
    core: first.upperTriangularMatrix.mmul(second.upperTriangularMatrix.transpose()),
    right: second.orthogonalMatrix,
  }
}

/** With zeros up to the rank, so that every site has the same. */
const padded = (A: Matrix, B: Matrix, rank: number): LowRank => {
  const [a, b] = [Matrix.zeros(A.rows, rank), Matrix.zeros(rank, B.columns)]
  return { A: hostOf(a.setSubMatrix(A, 0, 0)), B: hostOf(b.setSubMatrix(B, 0, 0)), scale: 1 }
}

const matrixOf = ({ shape, data }: HostTensor): Matrix =>
  Matrix.from1DArray(shape[0], shape[1], Array.from(data as Float64Array))

const hostOf = (matrix: Matrix): HostTensor => ({
  shape: [matrix.rows, matrix.columns],
  data: Float64Array.from(matrix.to1DArray()),
})
