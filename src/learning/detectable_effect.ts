/**
 * Minimum detectable effect: the true difference that a two-sided test at level 0.05 finds four times in five.
 *
 *     MDE = ( z_0.975 + z_0.8 ) · SE      (Bloom 1995)
 *
 * SE is the standard error of the paired difference. It is uncorrected: a comparison among many needs a larger effect.
 * No figure below the smallest effect that can be significant at all: sign flips need six examples that differ, all to one side
 * (2 · 2^-6 < 0.05). So nothing below six examples of the largest task counts as detectable, each as far apart as those that
 * differ are on average: a whole hit for accuracy with one seed, less for scores between none and all, or over seeds. Where the
 * two rows agree everywhere nothing says how far that would be, and a whole hit is taken.
 */
const Z_LEVEL = 1.959963984540054
const Z_POWER = 0.8416212335729143
const FEWEST = 6

/** Percentage points, as `standardError`. `sizes`: examples per task. `apart`: how far examples that differ are apart on average. */
export function minimumDetectable(standardError: number, sizes: readonly number[], apart = 100): number {
  const largest = sizes.reduce((a, b) => Math.max(a, b), 1)
  return Math.max((Z_LEVEL + Z_POWER) * standardError, (FEWEST * apart) / (largest * sizes.length))
}

/** The mean of |d| over the differences d that are not zero, undefined where there are none. */
export function meanApart(tasks: readonly Float64Array[]): number | undefined {
  const differing = tasks.flatMap((differences) => [...differences].filter((d) => d !== 0))
  if (differing.length === 0) return undefined
  return differing.reduce((sum, d) => sum + Math.abs(d), 0) / differing.length
}

/** Standard deviation of values. */
export function deviation(values: Float64Array): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / (values.length - 1))
}
