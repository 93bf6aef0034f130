/** A row at a stage on the mixed test set: logits over the classes of the tasks seen so far, and the module that was chosen. */
import { rowsOf } from "../../../model/evaluate.ts"
import { joinedHead } from "../../../model/library.ts"
import type { Artifact } from "../../../plan/step.ts"
import type { HostTensor } from "../../../plugin/index.ts"
import type { Perform, Work } from "../../work.ts"
import { type Chosen, headIn, host, jointColumns } from "../given.ts"
import { notServed, turnedDown } from "../not_served.ts"
import { placesAt } from "../places_at.ts"
import { applied } from "../query.ts"
import { type AdaptedOptions, adapted } from "./adapted.ts"
import { unitColumns, unitRows } from "./cosine_head.ts"
import { evaluated, flopsIn, servingNote } from "./evaluated.ts"
import { probed } from "./probe.ts"
import { pickRows, selected } from "./selection.ts"
import { withoutUnseen } from "./unseen.ts"

export type EvaluateOptions = { readonly stage: number; readonly seed: number } & (
  | { readonly how: "composes" }
  | { readonly how: "selects"; readonly router: Chosen }
  | { readonly how: "shared"; readonly scenario?: "domain_incremental" }
  | { readonly how: "of_task"; readonly scenario?: "domain_incremental" }
  | ({ readonly how: "adapted" } & AdaptedOptions)
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
      return selected(work, options.router, options.seed)
    case "shared":
      return sharedLogits(work, options, host(work.input("encoded").arrays.features), flopsIn(work.input("encoded")))
    case "of_task":
      return sharedLogits(work, options, ...ofTask(work))
    case "adapted":
      return adapted(work, options)
    case "probe":
      return probed(work, options.probe)
  }
}

/** Heads: as each task trained them, joined; or refitted, with the router or after it. */
const composed = (work: Work): Artifact => {
  const encoded = work.input("encoded")
  const [refitted] = work.inputs("head")
  const head = refitted ? headIn(refitted) : joinedHead(work.inputs("modules").map(headIn))
  const features = host(encoded.arrays.features)
  const { features: _, ...gates } = encoded.arrays
  const [frozen] = work.inputs("features")
  const flops = flopsIn(encoded) + (frozen ? flopsIn(frozen) : 0)
  return evaluated(applied(features, head), features.shape[0], flops, gates, servingNote(work))
}

/** What the head reads of each text, under the model that the text's own task has left; and the FLOPs of a text, a mean over these. */
const ofTask = (work: Work): readonly [HostTensor, number] => {
  const encoded = work.inputs("encoded")
  const indices = placesAt(work)
  const all = work.input("truth").arrays.task.data as Int32Array
  const task = Int32Array.from(indices, (i) => all[i])
  const states = encoded.map(({ arrays }) => rowsOf(host(arrays.features), indices))
  const flops = task.reduce((sum, t) => sum + flopsIn(encoded[t]), 0) / Math.max(1, task.length)
  return [pickRows(states, task), flops]
}

/** The joint head of a shared model: of each class seen so far its column. */
const sharedLogits = (
  work: Work,
  { scenario }: { readonly scenario?: "domain_incremental" },
  features: HostTensor,
  flops: number,
): Artifact => {
  const columns = jointColumns(work.inputs("tokens"), scenario === "domain_incremental")
  const shared = work.input("shared")
  const { W, b } = headIn(shared)
  const [all, classes] = [b.data.length, columns.length]
  const picked = Float32Array.from({ length: W.shape[0] * classes }, (_, i) =>
    Number(W.data[Math.floor(i / classes) * all + columns[i % classes]]),
  )
  const head = {
    W: { shape: [W.shape[0], classes], data: picked },
    b: { shape: [classes], data: Float32Array.from(columns, (column) => Number(b.data[column])) },
  }
  const { head: form } = shared.json as { readonly head?: { readonly cosine: number } }
  const logits = form ? applied(unitRows(features), unitColumns(head, form.cosine)) : applied(features, head)
  return evaluated(withoutUnseen(logits, columns, shared), features.shape[0], flops)
}
