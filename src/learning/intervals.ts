/** 95 % intervals: the middle of the bootstrap draws (percentile method, Efron 1979). */
import { bootstrap, type Sample, type Statistic } from "./bootstrap.ts"
import type { Draws } from "./draws.ts"
import type { Figure } from "./results.ts"

/** Draws for a comparison. */
export const DRAWS = 10000
/** Draws for the intervals of a table: the bounds wander by 6 % of a standard error at most. */
export const TABLE_DRAWS = 2000

/** The q-quantile of sorted values, linear between neighbours. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}

/** The range that holds the middle 95 % of the values. */
export function middle95(values: Float64Array): readonly [number, number] {
  const sorted = Float64Array.from(values).sort()
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)]
}

/** Macro mean: the mean over tasks of means over examples. */
export const macro: Statistic = (means) => {
  let sum = 0
  for (let t = 0; t < means.length; t++) sum += means[t]
  return sum / means.length
}

/** Task means [task][figure] of each seed of the sample itself. */
export function observed({ seeds, figures, tasks }: Sample): Float64Array[] {
  const width = seeds * figures
  return Array.from({ length: seeds }, (_, s) => {
    const means = new Float64Array(tasks.length * figures)
    tasks.forEach((rows, t) => {
      for (let f = 0; f < figures; f++) {
        let sum = 0
        for (let k = s * figures + f; k < rows.length; k += width) sum += rows[k]
        means[t * figures + f] = sum / (rows.length / width)
      }
    })
    return means
  })
}

/** A statistic's mean over the seeds, on the sample itself. */
export function estimate(sample: Sample, statistic: Statistic): number {
  const perSeed = observed(sample)
  return perSeed.reduce((sum, means) => sum + statistic(means), 0) / perSeed.length
}

/** Each statistic with its interval. */
export function figuresOf(
  sample: Sample,
  statistics: readonly Statistic[],
  random: Draws,
  draws: number = TABLE_DRAWS,
): Figure[] {
  const resampled = bootstrap(sample, statistics, draws, random)
  return statistics.map((statistic, m) => ({ value: estimate(sample, statistic), interval: middle95(resampled[m]) }))
}
