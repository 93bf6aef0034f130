/**
 * Two rows compared on weighted F1, which is no mean over test examples: what is resampled are examples, and the figure of
 * each resample is worked out anew from its counts of classes (paired bootstrap, Efron and Tibshirani 1993). The p is that of
 * a randomisation test (Yeh 2000): under the null hypothesis the two predictions of an example may change places, in all
 * seeds at once, so
 *
 *     D = mean over seeds of macro F1(left) - macro F1(right),    p = (1 + #{|D*| >= |D|}) / (1 + draws)
 */
import { bootstrap, type Sample } from "./bootstrap.ts"
import { deviation, minimumDetectable } from "./detectable_effect.ts"
import type { Draws } from "./draws.ts"
import { macroF1 } from "./f1_figures.ts"
import { estimate, middle95, TABLE_DRAWS } from "./intervals.ts"
import type { Outcome } from "./outcome.ts"

/** Exchanges of sides; p is no smaller than one in this many. (Resamples cost more, and are as many as for the table.) */
const EXCHANGES = 10000

/** `sample`: counts of both sides, as `classCounts` gives them. */
export function compareF1(sample: Sample, random: Draws, draws: number = TABLE_DRAWS): Outcome {
  const { seeds, figures, tasks } = sample
  const difference = macroF1(tasks.length, 2)
  const [resampled] = bootstrap(sample, [difference], draws, random)
  const standardError = deviation(resampled)
  const sizes = tasks.map((rows) => rows.length / (seeds * figures))
  return {
    difference: estimate(sample, difference),
    interval: middle95(resampled),
    p: exchangeP(sample, random),
    standardError,
    minimumDetectable: minimumDetectable(standardError, sizes),
    examples: sizes.reduce((sum, size) => sum + size, 0),
    seeds,
  }
}

/** 1 where the two sides agree on every example. */
function exchangeP(sample: Sample, random: Draws): number {
  const { seeds, figures, tasks } = sample
  const statistic = macroF1(tasks.length, 2)
  const observed = Math.abs(estimate(sample, statistic)) * (1 - 1e-12)
  const width = seeds * figures
  const apart = tasks.map((rows) => differing(rows, width, figures / 2))
  if (apart.every(({ starts }) => starts.length === 1)) return 1
  const sums = new Float64Array(width)
  const perSeed = Array.from({ length: seeds }, () => new Float64Array(tasks.length * figures))
  let hits = 0
  for (let b = 0; b < EXCHANGES; b++) {
    apart.forEach(({ total, starts, at, by }, t) => {
      sums.set(total)
      let coins = 0
      for (let e = 0; e + 1 < starts.length; e++) {
        coins = e % 32 === 0 ? random.uint32() : coins >>> 1
        if (coins & 1) for (let k = starts[e]; k < starts[e + 1]; k++) sums[at[k]] += by[k]
      }
      const size = tasks[t].length / width
      for (let k = 0; k < width; k++) perSeed[Math.floor(k / figures)][t * figures + (k % figures)] = sums[k] / size
    })
    const D = perSeed.reduce((sum, means) => sum + statistic(means), 0) / seeds
    if (Math.abs(D) >= observed) hits++
  }
  return (1 + hits) / (1 + EXCHANGES)
}

/** Sums of one task as they are, and what exchanging the sides of example e, of those that differ, adds: `by[k]` at `at[k]`, k from starts[e] to starts[e+1]. */
function differing(rows: Float64Array, width: number, side: number) {
  const total = new Float64Array(width)
  const at: number[] = []
  const by: number[] = []
  const starts = [0]
  for (let start = 0; start < rows.length; start += width) {
    for (let k = 0; k < width; k++) {
      total[k] += rows[start + k]
      const other = Math.floor(k / side) % 2 === 0 ? k + side : k - side
      const change = rows[start + other] - rows[start + k]
      if (change === 0) continue
      at.push(k)
      by.push(change)
    }
    if (at.length > starts[starts.length - 1]) starts.push(at.length)
  }
  return { total, starts, at: Int32Array.from(at), by: Float64Array.from(by) }
}
