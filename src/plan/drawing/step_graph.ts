/** Steps and what each needs of the others. */
import * as Graph from "effect/Graph"
import { inputKeys } from "../key.ts"
import type { Step } from "../step.ts"

/** Steps as nodes, inputs as edges named after them. */
export const graphOf = (steps: readonly Step[]): Graph.DirectedGraph<Step, string> =>
  Graph.directed<Step, string>((mutable) => {
    const index = new Map(steps.map((step) => [step.key, Graph.addNode(mutable, step)]))
    for (const step of steps)
      for (const [name, keys] of Object.entries(step.inputs))
        for (const key of new Set([keys].flat())) Graph.addEdge(mutable, index.get(key)!, index.get(step.key)!, name)
    return undefined
  })

/** Steps that the wanted ones need. */
export const needed = ({
  steps,
  wanted,
}: {
  readonly steps: readonly Step[]
  /** Keys. */
  readonly wanted: readonly string[]
}): readonly Step[] => {
  const byKey = new Map(steps.map((step) => [step.key, step]))
  const seen = new Set<string>()
  const waiting = [...wanted]
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue
    seen.add(key)
    waiting.push(...inputKeys(byKey.get(key)!))
  }
  return steps.filter(({ key }) => seen.has(key))
}
