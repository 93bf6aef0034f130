/**
 * Minimum detectable effect: the true difference that a two-sided test at level 0.05 finds four times in five.
 *
 *     MDE = ( z_0.975 + z_0.8 ) · SE      (Bloom 1995)
 *
 * SE is the standard error of the paired difference. It is uncorrected: a comparison among many needs a larger effect.
 * No figure below the smallest effect that can be significant at all: sign flips need six examples that differ, all to one side (2 · 2^-6 < 0.05),
 * so nothing below six examples of the largest task counts as detectable, not even where the two rows agree everywhere.
 * For scores that are no hits the same bound is kept, which is cautious: six small differences could be significant too.
 */
const Z_LEVEL = 1.959963984540054
const Z_POWER = 0.8416212335729143
const FEWEST = 6

/** Percentage points, as `standardError`. `sizes`: examples per task. */
export function minimumDetectable(standardError: number, sizes: readonly number[]): number {
  const largest = sizes.reduce((a, b) => Math.max(a, b), 1)
  return Math.max((Z_LEVEL + Z_POWER) * standardError, (FEWEST * 100) / (largest * sizes.length))
}

/** Standard deviation of values. */
export function deviation(values: Float64Array): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / (values.length - 1))
}
