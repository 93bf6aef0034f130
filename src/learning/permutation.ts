/**
 * Two-sided paired permutation test by sign flips (Fisher 1935).
 *
 * Under the null hypothesis left and right may change places on any test example, so the sign of each example's difference is a fair coin.
 * Statistic: the macro mean  D = (1/T) Σ_t (1/n_t) Σ_e d_e ;  p = P(|D*| >= |D|). With several seeds d_e is the sum over seeds: an example
 * changes sides in all of them at once, since it is one and the same example. The test speaks of other examples, not of other seeds.
 *
 * Only the examples that differ matter, and of those only how many share a size: the number of flips in such a group is Bin(m, 1/2).
 * The distribution is summed exactly where the sizes fall on a small grid of integers, and drawn otherwise.
 */
import { binomialDrawer, binomialMasses } from "./binomial.ts"
import type { Draws } from "./draws.ts"
import { greatestCommonDivisor, leastCommonMultiple } from "./whole_numbers.ts"

/** Draws where the exact distribution is too wide; p is then (1 + hits) / (1 + draws). */
const FLIPS = 50000
const WIDEST = 1 << 22
const MOST_WORK = 3e7

interface Group {
  /** Share of one example in T·D. */
  readonly weight: number
  /** weight = units / grid. */
  readonly size: number
  readonly task: number
  count: number
  /** Sum of the signs as observed. */
  signs: number
}

/** p of the differences [task][example] (left minus right, summed over seeds). 1 where nothing differs. */
export function signFlipP(tasks: readonly ArrayLike<number>[], random: Draws): number {
  const groups = grouped(tasks)
  if (groups.length === 0) return 1
  return exactP(groups, tasks) ?? drawnP(groups, random)
}

function grouped(tasks: readonly ArrayLike<number>[]): Group[] {
  return tasks.flatMap((differences, task) => {
    const bySize = new Map<number, Group>()
    for (let e = 0; e < differences.length; e++) {
      const size = Math.abs(differences[e])
      if (size === 0) continue
      const group = bySize.get(size) ?? { weight: size / differences.length, size, task, count: 0, signs: 0 }
      group.count++
      group.signs += differences[e] > 0 ? 1 : -1
      bySize.set(size, group)
    }
    return [...bySize.values()].sort((a, b) => a.size - b.size)
  })
}

/** Undefined where a size is no integer, or the grid is too fine. */
function exactP(groups: readonly Group[], tasks: readonly ArrayLike<number>[]): number | undefined {
  if (groups.some(({ size }) => !Number.isInteger(size))) return undefined
  const involved = [...new Set(groups.map(({ task }) => tasks[task].length))]
  const grid = involved.reduce((a, b) => leastCommonMultiple(a, b), 1)
  const counts = new Map<number, number>()
  let observed = 0
  for (const { size, task, count, signs } of groups) {
    const units = size * (grid / tasks[task].length)
    counts.set(units, (counts.get(units) ?? 0) + count)
    observed += units * signs
  }
  const shared = [...counts.keys()].reduce((a, b) => greatestCommonDivisor(a, b))
  const steps = [...counts].map(([units, count]) => ({ step: units / shared, count }))
  const reach = steps.reduce((sum, { step, count }) => sum + step * count, 0)
  if (!(reach <= WIDEST)) return undefined
  let distribution: Float64Array = Float64Array.of(1)
  for (const { step, count } of steps.sort((a, b) => a.step - b.step)) {
    const wider = spread(distribution, step, count)
    if (wider === undefined) return undefined
    distribution = wider
  }
  const distance = Math.abs(observed) / shared
  let p = 0
  for (let y = 0; y <= reach; y++) if (Math.abs(2 * y - reach) >= distance) p += distribution[y]
  return Math.min(1, p)
}

/** The distribution of  Y + step · Bin(count, 1/2) ; undefined where it costs too much. */
function spread(distribution: Float64Array, step: number, count: number): Float64Array | undefined {
  const { first, mass } = binomialMasses(count, 0.5, 1e-60)
  const wider = new Float64Array(distribution.length + step * count)
  let work = 0
  for (let y = 0; y < distribution.length; y++) {
    const weight = distribution[y]
    if (weight < 1e-80) continue
    work += mass.length
    if (work > MOST_WORK) return undefined
    for (let k = 0, at = y + step * first; k < mass.length; k++, at += step) wider[at] += weight * mass[k]
  }
  return wider
}

function drawnP(groups: readonly Group[], random: Draws): number {
  const flips = binomialDrawer(0.5)
  const total = (signs: (group: Group) => number) =>
    Math.abs(groups.reduce((sum, group) => sum + group.weight * signs(group), 0))
  const distance = total(({ signs }) => signs) * (1 - 1e-12)
  let hits = 0
  for (let b = 0; b < FLIPS; b++) if (total(({ count }) => 2 * flips(count, random) - count) >= distance) hits++
  return (1 + hits) / (1 + FLIPS)
}
