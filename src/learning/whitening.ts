/**
 * From a covariance to a map W with  (φ-μ)ᵀ Σ_s⁻¹ (φ-μ) = |Wφ - Wμ|² , so that Mahalanobis distances are Euclidean ones after W.
 *
 *     Σ_s = (1-s)·Σ + s·tr(Σ)/d·I          s in (0, 1]: W = L⁻¹ with Σ_s = L Lᵀ (Cholesky)
 *     s = 0: the pseudo-inverse Σ⁺ of EPI,  W = Λ^(-1/2) Vᵀ over the eigenvalues that are not zero
 */
import { inverseCholesky } from "./cholesky.ts"
import { symmetricEigen } from "./eigen.ts"

/** A warning that travels with the value. */
export interface StatisticsWarning {
  readonly code: "rank_deficient" | "no_variance"
  readonly rank: number
  readonly width: number
  readonly message: string
}

export interface Whitening {
  /** [rank, width] */
  readonly map: Float64Array
  readonly rank: number
  readonly width: number
  readonly warning?: StatisticsWarning
}

/** Σ_s; 0 <= shrinkage <= 1. */
export function shrunk(covariance: Float64Array, width: number, shrinkage: number): Float64Array {
  const ridge = (shrinkage * trace(covariance, width)) / width
  const result = covariance.map((v) => (1 - shrinkage) * v)
  for (let i = 0; i < width; i++) result[i * width + i] += ridge
  return result
}

/** Warns where directions are lost (s = 0, too few examples) or where nothing varies (then W = I: Euclidean distances). */
export function whitening(covariance: Float64Array, width: number, shrinkage: number): Whitening {
  if (!(trace(covariance, width) > 0)) return { map: identity(width), rank: width, width, warning: noVariance(width) }
  if (shrinkage > 0) {
    const map = inverseCholesky(shrunk(covariance, width, shrinkage), width)
    if (map !== undefined) return { map, rank: width, width }
  }
  return pseudoWhitening(covariance, width)
}

function pseudoWhitening(covariance: Float64Array, width: number): Whitening {
  const { values, vectors } = symmetricEigen(covariance, width)
  const largest = values.reduce((a, b) => Math.max(a, b), 0)
  const kept = Array.from(values.keys()).filter((k) => values[k] > largest * width * Number.EPSILON)
  const map = new Float64Array(kept.length * width)
  kept.forEach((k, row) => {
    const scale = Math.sqrt(values[k])
    for (let i = 0; i < width; i++) map[row * width + i] = vectors[i * width + k] / scale
  })
  const rank = kept.length
  return { map, rank, width, warning: rank < width ? rankDeficient(rank, width) : undefined }
}

function rankDeficient(rank: number, width: number): StatisticsWarning {
  const lost = width - rank
  return {
    code: "rank_deficient",
    rank,
    width,
    message: `The covariance has rank ${rank} of ${width}: its examples are too few, and ${lost} directions count as distance 0. Set shrinkage above 0, or use statistics of all training data.`,
  }
}

function noVariance(width: number): StatisticsWarning {
  return {
    code: "no_variance",
    rank: 0,
    width,
    message:
      "No class has two examples that differ, so there is no covariance: distances are Euclidean. Remember more examples a class.",
  }
}

/** W x for rows [n, width]; result [n, rank]. */
export function whitened({ map, rank, width }: Whitening, rows: ArrayLike<number>): Float64Array {
  const n = rows.length / width
  const result = new Float64Array(n * rank)
  const row = new Float64Array(width)
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < width; i++) row[i] = rows[k * width + i]
    for (let r = 0; r < rank; r++) {
      let sum = 0
      for (let i = 0, at = r * width; i < width; i++, at++) sum += map[at] * row[i]
      result[k * rank + r] = sum
    }
  }
  return result
}

function trace(matrix: Float64Array, width: number): number {
  let sum = 0
  for (let i = 0; i < width; i++) sum += matrix[i * width + i]
  return sum
}

function identity(width: number): Float64Array {
  const result = new Float64Array(width * width)
  for (let i = 0; i < width; i++) result[i * width + i] = 1
  return result
}
