/**
 * Warnings about a router after the last task, from how its units use the modules over all tasks (`gate_use.ts`), every task
 * with the same weight, so that a router that is right uses all modules alike:
 *
 *     collapse     max_i p̄_i >= COLLAPSE                one module gets nearly all, whatever the task
 *     imbalance    exp H(p̄) < BALANCE · t               the gates use fewer than half as many modules as there are
 */
import type { GateUse, Row, UnitUse } from "./results.ts"

/** Mean share of one module, over all tasks, from which a unit counts as collapsed. */
export const COLLAPSE = 0.95
/** Modules in use, of those that there are, below which the load counts as unbalanced. */
export const BALANCE = 0.5

/** How many units are named. */
const NAMED = 6

/** Each names the layers and says what to try. With one module there is nothing to balance. */
export function routingWarnings({ modules, units }: GateUse, { source }: Pick<Row, "source">): readonly string[] {
  if (modules.length < 2) return []
  const top = (unit: UnitUse) => unit.shares.indexOf(Math.max(...unit.shares))
  const collapsed = units.filter(({ shares }) => Math.max(...shares) >= COLLAPSE)
  const unbalanced = units.filter((unit) => !collapsed.includes(unit) && unit.inUse < BALANCE * modules.length)
  const found = modules.flatMap((module, m) => {
    const own = collapsed.filter((unit) => top(unit) === m)
    if (own.length === 0) return []
    const least = Math.min(...own.map(({ shares }) => shares[m]))
    return `collapsed${placesOf(own, units)}: ${percent(least)} % or more of the gates go to the module "${module}", whatever the task; ${REMEDY[source]}`
  })
  if (unbalanced.length === 0) return found
  const least = Math.min(...unbalanced.map(({ inUse }) => inUse))
  const load = `unbalanced load${placesOf(unbalanced, units)}: over all tasks the gates use no more than ${least.toFixed(1)} of ${modules.length} modules (exp of the entropy of their mean shares); ${REMEDY[source]}`
  return [...found, load]
}

const percent = (share: number) => (100 * share).toFixed(1)

/** " at layer.0, layer.3"; nothing where there is one unit for the whole network. */
const placesOf = (some: readonly UnitUse[], all: readonly UnitUse[]): string => {
  if (all.length === 1) return ""
  if (some.length === all.length) return ` at all ${all.length} routing units`
  const names = some.slice(0, NAMED).map(({ unit }) => unit)
  return ` at ${names.join(", ")}${some.length > NAMED ? ` and ${some.length - NAMED} more` : ""}`
}

/** What to try, by where the row's knowledge of the data comes from. */
const REMEDY: Readonly<Record<Row["source"], string>> = {
  memory:
    "try a larger memory, fewer `epochs` or a lower `learning_rate` of a router that is trained, more `shrinkage` or a higher `temperature` of one with statistics",
  train: "try more `shrinkage` or a higher `temperature`, and features of another pooling",
  weights: "try a higher `temperature` or a larger `top_k`, or a router that is fitted on a memory",
  none: "try a router that is fitted on a memory",
}
