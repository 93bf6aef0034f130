/**
 * Binomial masses and draws by exactly rounded operations alone (no powers, logarithms or factorials), so every engine agrees.
 * Masses grow outwards from the mode by the ratio  P(x+1)/P(x) = (n-x)/(x+1) · p/(1-p).
 */
import type { Draws } from "./draws.ts"

export interface Masses {
  /** The value that `mass[0]` belongs to; values below and above the table have no mass worth naming. */
  readonly first: number
  readonly mass: Float64Array
}

/** Masses of Bin(n, p) down to `floor` times the largest. 0 <= p <= 1. */
export function binomialMasses(n: number, p: number, floor: number): Masses {
  if (p <= 0 || p >= 1 || n === 0) return { first: p >= 1 ? n : 0, mass: Float64Array.of(1) }
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const odds = p / (1 - p)
  const above: number[] = []
  for (let x = mode, w = 1; x < n; x++) {
    w *= ((n - x) / (x + 1)) * odds
    if (w < floor) break
    above.push(w)
  }
  const under: number[] = []
  for (let x = mode, w = 1; x > 0; x--) {
    w *= x / ((n - x + 1) * odds)
    if (w < floor) break
    under.push(w)
  }
  const mass = Float64Array.from([...under.reverse(), 1, ...above])
  const total = mass.reduce((sum, w) => sum + w, 0)
  return { first: mode - under.length, mass: mass.map((w) => w / total) }
}

/** Draws from Bin(n, p) for one p and any n; tables are kept, so many draws with near-by n are cheap. Resolution 2^-32. */
export function binomialDrawer(p: number): (n: number, draws: Draws) => number {
  const tables: { readonly first: number; readonly upTo: Float64Array }[] = []
  return (n, draws) => {
    const table = (tables[n] ??= cumulative(n, p))
    const upTo = table.upTo
    const last = upTo.length - 1
    if (last === 0) return table.first
    const u = draws.uint32()
    let low = 0
    let high = last
    while (low < high) {
      const middle = (low + high) >> 1
      if (u < upTo[middle]) high = middle
      else low = middle + 1
    }
    return table.first + low
  }
}

function cumulative(n: number, p: number) {
  const { first, mass } = binomialMasses(n, p, 1e-12)
  const upTo = new Float64Array(mass.length)
  let sum = 0
  for (let i = 0; i < mass.length; i++) {
    sum += mass[i]
    upTo[i] = sum * 4294967296
  }
  return { first, upTo }
}
