/**
 * Ridge regression of classes on features (Hoerl and Kennard 1970): with X the centred features [n, d], Y one-hot classes [n, k], centred,
 *
 *     W = argmin |Y - X W|² + α |W|²  =  (Xᵀ X + α I)⁻¹ Xᵀ Y        score_c(φ) = (φ - m) W_c + mean of Y_c
 *
 * The intercept is not penalised. Float64 sums in the order of the examples.
 */
import { inverseCholesky } from "./cholesky.ts"
import type { Features } from "./class_statistics.ts"

export interface Ridge {
  /** [width, classes], [classes], [width] */
  readonly W: Float32Array
  readonly b: Float32Array
  readonly center: Float32Array
  readonly classes: number
}

/** A class without examples scores lowest. Undefined where α is too small for features that lie in a plane. */
export const ridge = ({ features, width, class: labels, taskOfClass }: Features, alpha: number): Ridge | undefined => {
  const [n, classes] = [labels.length, taskOfClass.length]
  const counts = new Float64Array(classes)
  for (const c of labels) counts[c]++
  const center = new Float64Array(width)
  for (let i = 0; i < features.length; i++) center[i % width] += features[i] / n
  const gram = new Float64Array(width * width)
  /** Xᵀ Y: X is centred, so that the mean of Y falls out. */
  const sums = new Float64Array(width * classes)
  const x = new Float64Array(width)
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < width; i++) x[i] = features[k * width + i] - center[i]
    for (let i = 0; i < width; i++) {
      sums[i * classes + labels[k]] += x[i]
      for (let j = 0; j <= i; j++) gram[i * width + j] += x[i] * x[j]
    }
  }
  for (let i = 0; i < width; i++) gram[i * width + i] += alpha
  const inverse = inverseCholesky(gram, width)
  if (inverse === undefined) return undefined
  return {
    W: Float32Array.from(timesTransposed(inverse, times(inverse, sums, width, classes), width, classes)),
    b: Float32Array.from(counts, (count) => (count === 0 ? -1e30 : count / n)),
    center: Float32Array.from(center),
    classes,
  }
}

/** L⁻¹ S for lower triangular L⁻¹ [d, d] and S [d, k]. */
const times = (L: Float64Array, S: Float64Array, d: number, k: number): Float64Array => {
  const result = new Float64Array(d * k)
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) for (let c = 0; c < k; c++) result[i * k + c] += L[i * d + j] * S[j * k + c]
  return result
}

/** L⁻ᵀ S. */
const timesTransposed = (L: Float64Array, S: Float64Array, d: number, k: number): Float64Array => {
  const result = new Float64Array(d * k)
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) for (let c = 0; c < k; c++) result[j * k + c] += L[i * d + j] * S[i * k + c]
  return result
}
