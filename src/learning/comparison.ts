/**
 * A paired comparison of two rows on the same test examples: hierarchical bootstrap interval, sign-flip p, minimum detectable effect.
 * Percentage points, left minus right, macro over tasks, mean over seeds.
 */
import { bootstrap } from "./bootstrap.ts"
import { deviation, meanApart, minimumDetectable } from "./detectable_effect.ts"
import type { Draws } from "./draws.ts"
import { DRAWS, estimate, macro, middle95 } from "./intervals.ts"
import type { Outcome } from "./outcome.ts"
import { signFlipP } from "./permutation.ts"

export interface Paired {
  readonly seeds: number
  /** Left minus right, one array a task, [example][seed]; only tasks with examples. */
  readonly tasks: readonly Float64Array[]
  /** Percentage points of a difference of 1. */
  readonly unit: number
}

/** `random` is the comparison's own stream, so that its figures do not depend on what else is compared. */
export function comparePaired(paired: Paired, random: Draws, draws: number = DRAWS): Outcome {
  const { seeds, tasks, unit } = paired
  const sample = { seeds, figures: 1, tasks }
  const [resampled] = bootstrap(sample, [macro], draws, random)
  const standardError = unit * deviation(resampled)
  const [low, high] = middle95(resampled)
  const sizes = tasks.map((rows) => rows.length / seeds)
  const differences = tasks.map((rows) => overSeeds(rows, seeds))
  const apart = meanApart(differences)
  return {
    difference: unit * estimate(sample, macro),
    interval: [unit * low, unit * high],
    p: signFlipP(differences, random),
    standardError,
    minimumDetectable: minimumDetectable(standardError, sizes, apart && (unit * apart) / seeds),
    examples: sizes.reduce((sum, size) => sum + size, 0),
    seeds,
  }
}

function overSeeds(rows: Float64Array, seeds: number): Float64Array {
  const sums = new Float64Array(rows.length / seeds)
  for (let k = 0; k < rows.length; k++) sums[Math.floor(k / seeds)] += rows[k]
  return sums
}
