/**
 * Statistics of frozen features as linear scores, so that the nearest mean is the largest score:
 *
 *     -½ (φ-μ_k)ᵀ P (φ-μ_k)  =  (φ-m)ᵀ P (μ_k-m) - ½ (μ_k-m)ᵀ P (μ_k-m)  + what is the same for all k          m: the mean of the means
 *
 * P is Σ_s⁻¹ for Gaussians (one covariance for all, EPI) and I for centroids. Sources: EPI (Wang et al. 2023), DAM (Cheng et al. 2024).
 */
import { classMeans, type Features, meanCovariance, taskCovariances, taskMeans } from "./class_statistics.ts"
import { whitening } from "./whitening.ts"

export type FeatureStatistic = "task_centroid" | "class_centroid" | "task_gaussian" | "class_gaussian"

export interface LinearScores {
  /** [width, groups], [groups], [width] */
  readonly V: Float32Array
  readonly c: Float32Array
  readonly center: Float32Array
  readonly width: number
  /** Classes or tasks. */
  readonly groups: number
  /** Task of each group. */
  readonly taskOf: Int32Array
}

export const linearScores = (given: Features, statistic: FeatureStatistic, shrinkage: number): LinearScores => {
  const byClass = statistic.startsWith("class")
  const { width } = given
  const { means, counts } = byClass ? classMeans(given) : taskMeans(given)
  const groups = counts.length
  const center = meanOf(means, width)
  const gaussian = statistic.endsWith("gaussian")
  const white = gaussian
    ? whitening(meanCovariance(taskCovariances(given, byClass ? "class" : "task")), width, shrinkage)
    : undefined
  const V = new Float32Array(width * groups)
  const c = new Float32Array(groups)
  for (let k = 0; k < groups; k++) {
    const gap = Float64Array.from({ length: width }, (_, i) => means[k * width + i] - center[i])
    const pulled = white ? precisionTimes(white, gap) : gap
    let norm = 0
    for (let i = 0; i < width; i++) {
      V[i * groups + k] = pulled[i]
      norm += pulled[i] * gap[i]
    }
    c[k] = counts[k] === 0 ? -1e30 : -norm / 2
  }
  return {
    V,
    c,
    center: Float32Array.from(center),
    width,
    groups,
    taskOf: byClass ? given.taskOfClass : Int32Array.from({ length: groups }, (_, t) => t),
  }
}

const meanOf = (means: Float64Array, width: number): Float64Array => {
  const center = new Float64Array(width)
  for (let i = 0; i < means.length; i++) center[i % width] += means[i]
  return center.map((value) => value / (means.length / width))
}

/** P g = Wᵀ (W g). */
const precisionTimes = (
  { map, rank, width }: { readonly map: Float64Array; readonly rank: number; readonly width: number },
  gap: Float64Array,
): Float64Array => {
  const result = new Float64Array(width)
  for (let r = 0; r < rank; r++) {
    let inner = 0
    for (let i = 0; i < width; i++) inner += map[r * width + i] * gap[i]
    for (let i = 0; i < width; i++) result[i] += map[r * width + i] * inner
  }
  return result
}
