/**
 * How the routing units (layers, sites) of a row use the modules after the last task, by task and over all. With the shares
 * α̃ = |α| / Σ|α| of the gates of an example at a unit, means over the examples of a task, then over tasks, then over seeds:
 *
 *     shares  p̄_i = E[α̃_i]      own  E[α̃_own]      entropy  E[H(α̃)] / log t      right  E[argmax_i α_i = own]
 *     mutual information  MI = H(p̄) - E[H(α̃)]      modules in use  exp H(p̄)
 *
 * Of a router that gates tokens, α is an example's mean over tokens, and the entropy the mean of that of its tokens.
 */
import { significant } from "./metrics/definition.ts"
import { rawEntropy } from "./metrics/entropy.ts"
import { largest } from "./metrics/router_accuracy.ts"
import { shares } from "./metrics/shares.ts"
import type { Cell, Gates, GateUse, Row, TaskUse, UnitUse } from "./results.ts"
import { moduleAt } from "./serving.ts"

/** Undefined where the rows, one a seed, store no gates. Of seeds whose modules serve other groups of tasks than those of the first, shares mean something else: they are left out. */
export function gateUse({ examples }: Pick<Cell, "examples">, rows: readonly Row[]): GateUse | undefined {
  const found = rows.flatMap(({ stages }) => {
    const last = stages.at(-1)
    const tasks = last?.predictions.example.map((id) => examples[id].task)
    return last?.gates && tasks ? [{ gates: last.gates, tasks, moduleOf: (task: number) => moduleAt(last, task) }] : []
  })
  if (found.length === 0) return undefined
  const [{ gates }] = found
  const alike = found.filter((seed) => seed.gates.modules.join() === gates.modules.join())
  const perSeed = alike.map((seed) => seed.gates.units.map((unit, u) => unitUse(unit, u, seed)))
  const units = perSeed[0].map((_, u) => overSeeds(perSeed.flatMap((seed) => seed[u] ?? [])))
  return { modules: gates.modules, granularity: gates.granularity, units: units.map(rounded) }
}

type Use = Omit<TaskUse, "task">

interface Seed {
  readonly gates: Gates
  /** Of each example. */
  readonly tasks: readonly number[]
  readonly moduleOf: (task: number) => number
}

function unitUse(unit: string, u: number, { gates, tasks, moduleOf }: Seed): UnitUse {
  const known = [...new Set(tasks)].sort((a, b) => a - b)
  const within: number[] = []
  const byTask = known.map((task): TaskUse => {
    const own = tasks.flatMap((of, k) => (of === task ? [k] : []))
    const share = own.map((k) => shares(gates.mean[k][u]))
    within.push(mean(share.map((each) => rawEntropy(each))))
    return {
      task,
      shares: meanVector(share),
      own: mean(share.map((each) => each[moduleOf(task)] ?? 0)),
      entropy: mean(own.map((k) => gates.entropy[k][u])),
      right: mean(own.map((k) => (largest(gates.mean[k][u]) === moduleOf(task) ? 1 : 0))),
    }
  })
  const over = macro(byTask)
  const load = rawEntropy(over.shares)
  return { unit, ...over, mutualInformation: Math.max(0, load - mean(within)), inUse: Math.exp(load), tasks: byTask }
}

const macro = (uses: readonly Use[]): Use => ({
  shares: meanVector(uses.map((use) => use.shares)),
  own: mean(uses.map(({ own }) => own)),
  entropy: mean(uses.map(({ entropy }) => entropy)),
  right: mean(uses.map(({ right }) => right)),
})

const overSeeds = (seeds: readonly UnitUse[]): UnitUse => ({
  unit: seeds[0].unit,
  ...macro(seeds),
  mutualInformation: mean(seeds.map(({ mutualInformation }) => mutualInformation)),
  inUse: mean(seeds.map(({ inUse }) => inUse)),
  tasks: seeds[0].tasks.map(({ task }, t) => ({ task, ...macro(seeds.map(({ tasks }) => tasks[t])) })),
})

const rounded = ({ unit, tasks, mutualInformation, inUse, ...use }: UnitUse): UnitUse => ({
  unit,
  ...roundedUse(use),
  mutualInformation: significant(mutualInformation),
  inUse: significant(inUse),
  tasks: tasks.map(({ task, ...own }) => ({ task, ...roundedUse(own) })),
})

const roundedUse = (use: Use): Use => ({
  shares: use.shares.map(significant),
  own: significant(use.own),
  entropy: significant(use.entropy),
  right: significant(use.right),
})

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const meanVector = (vectors: readonly ArrayLike<number>[]): readonly number[] =>
  Array.from(vectors[0], (_, i) => mean(vectors.map((vector) => vector[i])))
