/** A row at a stage on the mixed test set: logits over the classes of the tasks seen so far, and the module that was chosen. */

import { rowsOf } from "../../model/evaluate.ts"
import { largest } from "../../model/largest.ts"
import { joinedHead } from "../../model/library.ts"
import { gatesOnly, queryWidth, watched } from "../../model/routed.ts"
import type { Artifact, StoredArray } from "../../plan/step.ts"
import {
  exampleRows,
  type HostTensor,
  input,
  type Probe,
  type Program,
  packedLayout,
  program,
  type Router,
  weight,
} from "../../plugin/index.ts"
import type { Perform, Work } from "../work.ts"
import { checkFinite } from "./finite.ts"
import { type Chosen, classCount, headIn, host, jointColumns, offsetsOf, unitsIn } from "./given.ts"
import { notServed, turnedDown } from "./not_served.ts"
import { applied, confidences, frozenRows, outsideOfTest } from "./query.ts"

export type EvaluateOptions = { readonly stage: number; readonly seed: number } & (
  | { readonly how: "composes" }
  | { readonly how: "selects"; readonly router: Chosen }
  | { readonly how: "shared"; readonly scenario?: "domain_incremental" }
  | { readonly how: "probe"; readonly probe: Chosen }
)

export const evaluate: Perform = async (work) => {
  const options = work.options as unknown as EvaluateOptions
  const before = options.how === "composes" ? "encoded" : options.how === "selects" ? "fit" : undefined
  const reason = before && turnedDown(work.input(before))
  if (reason !== undefined) return notServed(reason)
  switch (options.how) {
    case "composes":
      return composed(work)
    case "selects":
      return selected(work, options.router, options.stage, options.seed)
    case "shared":
      return sharedLogits(work, jointColumns(work.inputs("tokens"), options.scenario === "domain_incremental"))
    case "probe":
      return probed(work, options.probe, options.stage)
  }
}

const artifact = (
  logits: Float32Array,
  texts: number,
  flops: number,
  more: Record<string, StoredArray> = {},
): Artifact => ({
  json: { flops },
  arrays: { logits: { shape: [texts, logits.length / texts], data: logits }, ...more },
})

const flopsIn = ({ json }: Artifact): number => (json as { flops: number }).flops

/** Heads: as each task trained them, joined; or refitted, with the router or after it. */
const composed = (work: Work): Artifact => {
  const encoded = work.input("encoded")
  const [refitted] = work.inputs("head")
  const head = refitted ? headIn(refitted) : joinedHead(work.inputs("modules").map(headIn))
  const features = host(encoded.arrays.features)
  const { features: _, ...gates } = encoded.arrays
  const [frozen] = work.inputs("features")
  return artifact(applied(features, head), features.shape[0], flopsIn(encoded) + (frozen ? flopsIn(frozen) : 0), gates)
}

/** The chosen module's states under all heads: its own head decides class-incrementally, the true task's head task-incrementally. */
const selected = async (work: Work, chosen: Chosen, stage: number, seed: number): Promise<Artifact> => {
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
  return artifact(applied(features, joinedHead(heads)), indices.length, flops, {
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

/** The joint head of a shared model: of each class seen so far its column. */
const sharedLogits = (work: Work, columns: Int32Array): Artifact => {
  const encoded = work.input("encoded")
  const features = host(encoded.arrays.features)
  const { W, b } = headIn(work.input("shared"))
  const [all, classes] = [b.data.length, columns.length]
  const picked = Float32Array.from({ length: W.shape[0] * classes }, (_, i) =>
    Number(W.data[Math.floor(i / classes) * all + columns[i % classes]]),
  )
  const head = {
    W: { shape: [W.shape[0], classes], data: picked },
    b: { shape: [classes], data: Float32Array.from(columns, (column) => Number(b.data[column])) },
  }
  return artifact(applied(features, head), features.shape[0], flopsIn(encoded))
}

const probed = async (work: Work, chosen: Chosen, stage: number): Promise<Artifact> => {
  const probe = await work.plugin<Probe>("probe", chosen.plugin, chosen.from)
  const indices = work.input("blind").arrays[`stage/${stage}`].data as Int32Array
  const features = work.input("features")
  const rows = rowsOf(frozenRows(features, { query: probe.query(chosen.options) }), indices)
  const { total } = offsetsOf(work.inputs("tokens").map(classCount))
  const constants = unitsIn(work.input("fit")).model
  const query = input("query", ["examples", rows.shape[1]], "float", exampleRows(packedLayout()))
  const scores = probe.scores(
    query,
    Object.fromEntries(Object.entries(constants).map(([name, tensor]) => [name, weight(name, tensor)])),
    chosen.options,
  )
  const outputs = await once(work, program({ scores }), { query: rows })
  if (outputs.scores.shape[1] !== total)
    throw new Error(`probe ${chosen.plugin} scores ${outputs.scores.shape[1]} classes of ${total}`)
  return artifact(outputs.scores.data as Float32Array, indices.length, flopsIn(features))
}

/** One run of a program. */
const once = async (
  work: Work,
  forward: Program,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Readonly<Record<string, HostTensor>>> => {
  const session = await (await work.engine()).compile(forward)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
