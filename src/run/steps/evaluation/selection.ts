/** A router that selects: each text is predicted with the chosen module and its own head. */
import { rowsOf } from "../../../model/evaluate.ts"
import { joinedHead } from "../../../model/library.ts"
import type { Artifact } from "../../../plan/step.ts"
import type { HostTensor } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { type Chosen, headIn, host } from "../given.ts"
import { placesAt } from "../places_at.ts"
import { applied, confidences } from "../query.ts"
import { choice } from "./choice.ts"
import { evaluated, flopsIn, servingNote } from "./evaluated.ts"

/** The chosen module's states under all heads: its own head (that of all its tasks) decides class-incrementally, the true task's head task-incrementally. */
export const selected = async (work: Work, chosen: Chosen, seed: number): Promise<Artifact> => {
  const heads = work.inputs("modules").map(headIn)
  const indices = placesAt(work)
  const states = work.inputs("encoded").map((encoded) => rowsOf(host(encoded.arrays.features), indices))
  const { module, query, arrays } = await choice(work, chosen, indices, seed, () => confidences(states, heads))
  const features = pickRows(states, module)
  const single = flopsIn(work.inputs("encoded")[0])
  const flops =
    single * (query === "predictions" ? heads.length : 1) +
    (query.startsWith("frozen") ? flopsIn(work.input("features")) : 0)
  return evaluated(applied(features, joinedHead(heads)), indices.length, flops, arrays, servingNote(work))
}

/** Row i of the table that `choice[i]` names. */
export const pickRows = (tables: readonly HostTensor[], choice: Int32Array): HostTensor => {
  const width = tables[0].shape[1]
  const data = new Float32Array(choice.length * width)
  choice.forEach((table, i) => {
    data.set((tables[table].data as Float32Array).subarray(i * width, (i + 1) * width), i * width)
  })
  return { shape: [choice.length, width], data }
}
