/**
 * Holm's correction for many comparisons (Holm 1979): with the p ascending,
 *
 *     p'_(k) = min( 1, max_{l <= k} (m - l + 1) · p_(l) )
 *
 * Keeps the chance of even one false finding below the level, whatever the dependence between the tests.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b] || a - b)
  const corrected = new Array<number>(ps.length)
  let largest = 0
  order.forEach((i, k) => {
    largest = Math.max(largest, (ps.length - k) * ps[i])
    corrected[i] = Math.min(1, largest)
  })
  return corrected
}
