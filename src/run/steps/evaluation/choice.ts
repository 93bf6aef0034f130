/** Which module a router picks for each text of the mixed test set that a stage has. */
import { largest } from "../../../model/largest.ts"
import { gatesOnly, watched } from "../../../model/routed.ts"
import { queryWidth } from "../../../model/routing_units.ts"
import type { StoredArray } from "../../../plan/step.ts"
import { type HostTensor, program, type Query, type Router, weight } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { checkFinite } from "../finite.ts"
import { type Chosen, unitsIn } from "../given.ts"
import { outsideOfTest } from "../query.ts"
import { once } from "./evaluated.ts"

export interface Choice {
  /** By text. */
  readonly module: Int32Array
  readonly query: Query
  /** What is kept of it: "chosen", "gates/model", "entropy/model". */
  readonly arrays: Record<string, StoredArray>
}

export const choice = async (
  work: Work,
  chosen: Chosen,
  indices: Int32Array,
  seed: number,
  predictions?: () => HostTensor,
): Promise<Choice> => {
  const router = await work.plugin<Router>("router", chosen.plugin, chosen.from)
  const routing = router.routing(chosen.options)
  const modules = work.inputs("modules").length
  const rows = outsideOfTest(work, routing, indices, seed, predictions)
  const constants = unitsIn(work.input("fit")).model ?? {}
  const width = rows ? rows.shape[1] : queryWidth(routing, "model", 1, modules, [])
  const gates = gatesOnly(router, chosen.options, width, modules, () =>
    Object.fromEntries(Object.entries(constants).map(([name, tensor]) => [name, weight(name, tensor)])),
  )
  const { mean, entropy } = watched(gates, modules)
  const forward = program({ gates: mean, entropy })
  const given: Record<string, HostTensor> = rows ? { query: rows } : {}
  const outputs = await once(work, forward, given)
  // gates that depend on no input are one row for all
  const [share, spread] = gates.rows
    ? [outputs.gates, outputs.entropy]
    : [repeated(outputs.gates, indices.length), repeated(outputs.entropy, indices.length)]
  checkFinite({ "gates/model": share, "entropy/model": spread }, `the router "${chosen.plugin}"`)
  const module = largest(share)
  const arrays = {
    chosen: { shape: [module.length], data: module },
    "gates/model": share as StoredArray,
    "entropy/model": spread as StoredArray,
  }
  return { module, query: routing.query, arrays }
}

/** One row, so many times. */
const repeated = ({ data }: HostTensor, times: number): HostTensor => ({
  shape: [times, data.length],
  data: Float32Array.from({ length: times * data.length }, (_, i) => Number(data[i % data.length])),
})
