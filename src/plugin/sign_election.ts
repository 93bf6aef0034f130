/**
 * Trimming and electing signs among task vectors (TIES: Yadav et al. 2023, arXiv 2306.01708):
 *   trim     only the largest entries of tau_i in magnitude stay
 *   elect    gamma = sign of sum_i tau_i (total), or of sum_i sign(tau_i) (frequency); 0 counts as +
 *   merge    mean of w_i tau_i over those i whose sign is gamma; 0 where there is none
 */

/** The k-th largest of some magnitudes; infinite where none is kept. */
export const threshold = (magnitudes: Float64Array, kept: number): number =>
  kept <= 0 ? Number.POSITIVE_INFINITY : magnitudes.sort()[Math.max(0, magnitudes.length - kept)]

/** The part `density` of the entries that is largest in magnitude, floor(density n) of them; of equal ones the first. */
export const trimmed = (tau: Float64Array, density: number): Float64Array => {
  const kept = Math.floor(density * tau.length)
  if (kept >= tau.length) return tau
  const least = threshold(tau.map(Math.abs), kept)
  let equal = kept - tau.reduce((count, value) => count + (Math.abs(value) > least ? 1 : 0), 0)
  return tau.map((value) => {
    const size = Math.abs(value)
    if (size > least) return value
    return size === least && equal-- > 0 ? value : 0
  })
}

export const elected = (
  vectors: readonly Float64Array[],
  weights: readonly number[],
  election: "total" | "frequency",
): Float64Array =>
  vectors[0].map((_, k) => {
    const votes = vectors.reduce((sum, tau) => sum + (election === "total" ? tau[k] : Math.sign(tau[k])), 0)
    const gamma = votes >= 0 ? 1 : -1
    let [sum, agreeing] = [0, 0]
    vectors.forEach((tau, i) => {
      if (Math.sign(tau[k]) !== gamma) return
      sum += weights[i] * tau[k]
      agreeing++
    })
    return sum / Math.max(1, agreeing)
  })
