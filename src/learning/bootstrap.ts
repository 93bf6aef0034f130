/**
 * Hierarchical bootstrap over seeds and test examples (Efron and Tibshirani 1993; Rao and Wu 1988 for the seeds).
 *
 * One draw: choose S-1 of the S seeds with replacement (S-1 and not S, so that the variance of their mean is not too small where seeds are few;
 * one seed stays itself), then within each task as many examples as it has, with replacement. All seeds are tested on the same examples,
 * so one draw of examples serves all seeds of the draw: the two sources of chance are crossed.
 *
 * Examples of a task with the same numbers are one pattern, and only the count of each pattern is drawn: a multinomial, split in two halves
 * again and again by binomials, until there are more patterns left than examples to draw; these are then picked one by one.
 * Thousands of examples cost no more than their few patterns.
 */
import { binomialDrawer } from "./binomial.ts"
import { below, type Draws } from "./draws.ts"

export interface Sample {
  readonly seeds: number
  /** Numbers per example and seed. */
  readonly figures: number
  /** One array a task, [example][seed][figure]. Tasks have at least one example. */
  readonly tasks: readonly Float64Array[]
}

/** From the task means [task][figure] of one seed to one number. */
export type Statistic = (means: Float64Array) => number

/** Each statistic's values over the draws, [statistic][draw]; a draw's value is the mean over its seeds. */
export function bootstrap(
  sample: Sample,
  statistics: readonly Statistic[],
  draws: number,
  random: Draws,
): Float64Array[] {
  const { seeds, figures, tasks } = sample
  const width = seeds * figures
  const drawTask = tasks.map((rows) => patternDrawer(rows, width))
  const values = statistics.map(() => new Float64Array(draws))
  const sums = new Float64Array(width)
  const means = Array.from({ length: seeds }, () => new Float64Array(tasks.length * figures))
  const times = new Int32Array(seeds)
  for (let b = 0; b < draws; b++) {
    const drawnSeeds = drawSeeds(times, random)
    for (let t = 0; t < tasks.length; t++) {
      drawTask[t](sums.fill(0), random)
      const size = tasks[t].length / width
      for (let s = 0, k = 0; s < seeds; s++)
        for (let f = 0; f < figures; f++, k++) means[s][t * figures + f] = sums[k] / size
    }
    for (let m = 0; m < statistics.length; m++) {
      let sum = 0
      for (let s = 0; s < seeds; s++) if (times[s] > 0) sum += times[s] * statistics[m](means[s])
      values[m][b] = sum / drawnSeeds
    }
  }
  return values
}

/** How often each seed is drawn; returns how many were. */
function drawSeeds(times: Int32Array, random: Draws): number {
  const seeds = times.length
  if (seeds === 1) {
    times[0] = 1
    return 1
  }
  times.fill(0)
  for (let k = 1; k < seeds; k++) times[below(seeds, random)]++
  return seeds - 1
}

/** Adds up the rows of one resample of a task, [examples][width], into `sums`. */
function patternDrawer(rows: Float64Array, width: number): (sums: Float64Array, random: Draws) => void {
  const { patterns, counts } = distinct(rows, width)
  const before = new Float64Array(counts.length + 1)
  counts.forEach((count, k) => {
    before[k + 1] = before[k] + count
  })
  const size = rows.length / width
  const patternOf = Int32Array.from(counts.flatMap((count, k) => new Array<number>(count).fill(k)))
  const pick = (from: number, to: number, n: number, sums: Float64Array, random: Draws): void => {
    const start = before[from]
    const share = (before[to] - start) / 4294967296
    for (let i = 0; i < n; i++) {
      const pattern = patterns[patternOf[start + Math.floor(random.uint32() * share)]]
      for (let k = 0; k < width; k++) sums[k] += pattern[k]
    }
  }
  const halves = counts.map((): ReturnType<typeof binomialDrawer> | undefined => undefined)
  const split = (from: number, to: number, n: number, sums: Float64Array, random: Draws): void => {
    if (n === 0) return
    if (to - from === 1) {
      const pattern = patterns[from]
      for (let k = 0; k < width; k++) sums[k] += n * pattern[k]
      return
    }
    if (n < 2 * (to - from)) {
      pick(from, to, n, sums, random)
      return
    }
    const middle = (from + to) >> 1
    const half = (halves[middle] ??= binomialDrawer((before[middle] - before[from]) / (before[to] - before[from])))
    const left = half(n, random)
    split(from, middle, left, sums, random)
    split(middle, to, n - left, sums, random)
  }
  return (sums, random) => split(0, counts.length, size, sums, random)
}

/** The distinct rows in ascending order (so that the order of examples does not matter), and how often each occurs. */
function distinct(rows: Float64Array, width: number) {
  const found = new Map<string, { readonly pattern: Float64Array; count: number }>()
  for (let start = 0; start < rows.length; start += width) {
    const pattern = rows.subarray(start, start + width)
    const key = pattern.join(" ")
    const known = found.get(key)
    if (known === undefined) found.set(key, { pattern, count: 1 })
    else known.count++
  }
  const sorted = [...found.values()].sort((a, b) => {
    const k = a.pattern.findIndex((value, i) => value !== b.pattern[i])
    return k < 0 ? 0 : a.pattern[k] - b.pattern[k]
  })
  return { patterns: sorted.map(({ pattern }) => pattern), counts: sorted.map(({ count }) => count) }
}
