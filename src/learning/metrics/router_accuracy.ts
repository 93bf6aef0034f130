/** Router accuracy: how often the largest gate is that of the example's own task. Modules stand in the order of their tasks. */
import type { MetricDefinition } from "./definition.ts"

export const routerAccuracyDefinition: MetricDefinition = {
  name: "router_accuracy",
  version: 1,
  unit: "percent",
  formula:
    "RA = (1/T) Σ_j mean_{x in test j} [argmax_i α_i(x) = j]; per-layer routers: mean over units, and by majority vote of the units; of signed gates the largest, not the largest in size",
  reference: "Wang et al. 2023 (EPI), macro over tasks",
}

/** Index of the largest gate; the lowest index where several are largest. */
export function largest(gates: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < gates.length; i++) if (gates[i] > gates[best]) best = i
  return best
}

/** Module that most units choose; a tie goes to the larger sum of gates, then to the lower index. `gates`: [units][modules]. */
export function majority(gates: readonly ArrayLike<number>[]): number {
  const modules = gates[0].length
  const votes = new Int32Array(modules)
  const mass = new Float64Array(modules)
  for (const unit of gates) {
    votes[largest(unit)]++
    for (let i = 0; i < modules; i++) mass[i] += unit[i]
  }
  let best = 0
  for (let i = 1; i < modules; i++) {
    if (votes[i] > votes[best] || (votes[i] === votes[best] && mass[i] > mass[best])) best = i
  }
  return best
}

/** Share of the units whose largest gate is that of `task`, in [0, 1]. `gates`: [units][modules]. */
export function rightUnits(gates: readonly ArrayLike<number>[], task: number): number {
  let right = 0
  for (const unit of gates) if (largest(unit) === task) right++
  return right / gates.length
}
