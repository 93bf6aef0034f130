/** Gates as shares of a whole. Gates may be negative (a module that is taken away), and then count by their size. */

/** α̃_i = |α_i| / Σ |α|: of [modules] gates what each weighs, sum 1. Gates that are all 0 spread evenly. */
export function shares(gates: ArrayLike<number>): Float64Array {
  const share = Float64Array.from(gates, Math.abs)
  const total = share.reduce((sum, size) => sum + size, 0)
  return share.map((size) => (total > 0 ? size / total : 1 / share.length))
}

/** In the definitions of metrics. */
export const SHARES = "α̃ = |α| / Σ |α|"
