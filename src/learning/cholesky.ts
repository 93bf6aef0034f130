/** Cholesky's factor of a positive definite matrix, inverted: L⁻¹ with A = L Lᵀ (lower triangular, row-major [d, d]). */

/** Undefined where A is not positive definite in float64. */
export function inverseCholesky(A: Float64Array, d: number): Float64Array | undefined {
  const L = cholesky(A, d)
  return L === undefined ? undefined : invertLower(L, d)
}

function cholesky(A: Float64Array, d: number): Float64Array | undefined {
  const L = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = A[i * d + j]
      for (let k = 0; k < j; k++) rest -= L[i * d + k] * L[j * d + k]
      if (i === j && !(rest > 0)) return undefined
      L[i * d + j] = i === j ? Math.sqrt(rest) : rest / L[j * d + j]
    }
  }
  return L
}

/** Row i of the inverse from the rows above it: X_i = (e_i - Σ_{k<i} L_ik X_k) / L_ii. */
function invertLower(L: Float64Array, d: number): Float64Array {
  const X = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    X[i * d + i] = 1
    for (let k = 0; k < i; k++) {
      const l = L[i * d + k]
      for (let j = 0; j <= k; j++) X[i * d + j] -= l * X[k * d + j]
    }
    for (let j = 0; j <= i; j++) X[i * d + j] /= L[i * d + i]
  }
  return X
}
