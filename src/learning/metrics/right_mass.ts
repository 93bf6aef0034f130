/** Mass on the right module: the gate that the example's own module gets, after normalisation. */
import type { MetricDefinition } from "./definition.ts"
import { SHARES } from "./shares.ts"

export const rightMassDefinition: MetricDefinition = {
  name: "right_mass",
  version: 2,
  unit: "fraction",
  formula: `E[α̃_j(x)], ${SHARES}, x of task j; mean over units, macro over tasks`,
  reference: "mttl's expert_p",
}

/** In [0, 1], mean over the units; a unit whose gates are all 0 counts 0. `gates`: [units][modules]. */
export function rightMass(gates: readonly ArrayLike<number>[], task: number): number {
  let sum = 0
  for (const unit of gates) {
    let total = 0
    for (let i = 0; i < unit.length; i++) total += Math.abs(unit[i])
    if (total > 0 && task < unit.length) sum += Math.abs(unit[task]) / total
  }
  return sum / gates.length
}
