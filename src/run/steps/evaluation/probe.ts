/** A probe: class scores from frozen features alone, without modules. */
import { rowsOf } from "../../../model/evaluate.ts"
import type { Artifact } from "../../../plan/step.ts"
import { exampleRows, input, type Probe, packedLayout, program, weight } from "../../../plugin/index.ts"
import type { Work } from "../../work.ts"
import { type Chosen, classCount, offsetsOf, unitsIn } from "../given.ts"
import { placesAt } from "../places_at.ts"
import { frozenRows } from "../query.ts"
import { evaluated, flopsIn, once } from "./evaluated.ts"

export const probed = async (work: Work, chosen: Chosen): Promise<Artifact> => {
  const probe = await work.plugin<Probe>("probe", chosen.plugin, chosen.from)
  const indices = placesAt(work)
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
  return evaluated(outputs.scores.data as Float32Array, indices.length, flopsIn(features))
}
