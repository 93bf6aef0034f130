/**
 * A search without gradients: the (1+1) evolution strategy with the one-fifth success rule
 * (Rechenberg 1973; the update of the step as in Kern et al. 2004, "Learning probability distributions in continuous
 * evolutionary algorithms", section 3.1).
 *   x' = x + sigma z, z ~ N(0, I), cut to ±bound;   x <- x' where f(x') <= f(x)
 *   sigma <- sigma exp(1/3) after a success, sigma exp(-1/12) after a failure
 */
import type { RandomStream } from "../tensor/index.ts"

export interface Searching {
  readonly start: Float32Array
  /** The value to be made small; a value that is no finite number counts as worse than any. */
  readonly value: (x: Float32Array) => Promise<number>
  /** How often `value` is asked. */
  readonly evaluations: number
  readonly bound: number
  readonly random: RandomStream
  readonly onEvaluation?: (done: number, best: number) => void
}

export interface Found {
  readonly best: Float32Array
  /** Its value: no finite number where none was seen. */
  readonly least: number
}

/** The best point that was seen. */
export const search = async (s: Searching): Promise<Found> => {
  let best = Float32Array.from(s.start)
  let least = await s.value(best)
  let sigma = s.bound / 3
  for (let done = 1; done < s.evaluations; done++) {
    const next = best.map((x) => Math.max(-s.bound, Math.min(s.bound, x + sigma * s.random.normal())))
    const value = await s.value(next)
    const success = Number.isFinite(value) && (value <= least || !Number.isFinite(least))
    if (success) [best, least] = [next, value]
    sigma *= Math.exp(success ? 1 / 3 : -1 / 12)
    s.onEvaluation?.(done + 1, least)
  }
  return { best, least }
}
