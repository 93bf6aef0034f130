/** A router that selects: each text is predicted with the chosen module and its own head. */
import { rowsOf } from "../../model/evaluate.ts"
import { largest } from "../../model/largest.ts"
import { joinedHead } from "../../model/library.ts"
import { gatesOnly, queryWidth, watched } from "../../model/routed.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import { type HostTensor, program, type Router, weight } from "../../plugin/index.ts"
import type { Work } from "../work.ts"
import { evaluated, flopsIn, once } from "./evaluated.ts"
import { checkFinite } from "./finite.ts"
import { type Chosen, headIn, host, unitsIn } from "./given.ts"
import { applied, confidences, outsideOfTest } from "./query.ts"

/** The chosen module's states under all heads: its own head decides class-incrementally, the true task's head task-incrementally. */
export const selected = async (work: Work, chosen: Chosen, stage: number, seed: number): Promise<Artifact> => {
  const router = await work.plugin<Router>("router", chosen.plugin, chosen.from)
  const routing = router.routing(chosen.options)
  const heads = work.inputs("modules").map(headIn)
  const blind = work.input("blind")
  const indices = blind.arrays[`stage/${stage}`].data as Int32Array
  const states = work.inputs("encoded").map((encoded) => rowsOf(host(encoded.arrays.features), indices))
  const rows = outsideOfTest(work, routing, indices, heads.length, seed, () => confidences(states, heads))
  const constants = unitsIn(work.input("fit")).model ?? {}
  const width = rows ? rows.shape[1] : queryWidth(routing, "model", 1, heads.length, [])
  const gates = gatesOnly(router, chosen.options, width, heads.length, () =>
    Object.fromEntries(Object.entries(constants).map(([name, tensor]) => [name, weight(name, tensor)])),
  )
  const { mean, entropy } = watched(gates, heads.length)
  const forward = program({ gates: mean, entropy })
  const given: Record<string, HostTensor> = rows ? { query: rows } : {}
  const outputs = await once(work, forward, given)
  // gates that depend on no input are one row for all
  const [share, spread] = gates.rows
    ? [outputs.gates, outputs.entropy]
    : [repeated(outputs.gates, indices.length), repeated(outputs.entropy, indices.length)]
  checkFinite({ "gates/model": share, "entropy/model": spread }, `the router "${chosen.plugin}"`)
  const module = largest(share)
  const features = pickRows(states, module)
  const single = flopsIn(work.inputs("encoded")[0])
  const flops =
    single * (routing.query === "predictions" ? heads.length : 1) +
    (routing.query.startsWith("frozen") ? flopsIn(work.input("features")) : 0)
  return evaluated(applied(features, joinedHead(heads)), indices.length, flops, {
    chosen: { shape: [module.length], data: module },
    "gates/model": share as StoredArray,
    "entropy/model": spread as StoredArray,
  })
}

/** One row, so many times. */
const repeated = ({ data }: HostTensor, times: number): HostTensor => ({
  shape: [times, data.length],
  data: Float32Array.from({ length: times * data.length }, (_, i) => Number(data[i % data.length])),
})

/** Row i of the table that `choice[i]` names. */
const pickRows = (tables: readonly HostTensor[], choice: Int32Array): HostTensor => {
  const width = tables[0].shape[1]
  const data = new Float32Array(choice.length * width)
  choice.forEach((table, i) => {
    data.set((tables[table].data as Float32Array).subarray(i * width, (i + 1) * width), i * width)
  })
  return { shape: [choice.length, width], data }
}
